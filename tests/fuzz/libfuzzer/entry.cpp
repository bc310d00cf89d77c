// libFuzzer's way in; FUZZ_TARGET is one of targets.hpp.
#include <cstddef>
#include <cstdint>

#include "fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  recycled::fuzz::FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
