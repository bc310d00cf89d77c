#include "system/entropy.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <sys/random.h>

#include "base/ensure.hpp"

namespace recycled::system {
namespace {

void fill(char* to, std::size_t count) {
  while (count > 0) {
    const ssize_t got = getrandom(to, count, 0);
    if (got < 0 && errno == EINTR) continue;
    ensure(got > 0, "the kernel gives random bytes");
    to += got;
    count -= static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string KernelEntropy::bytes(std::size_t count) {
  std::string made(count, '\0');
  fill(made.data(), count);
  return made;
}

double KernelEntropy::fraction() {
  std::array<char, sizeof(std::uint64_t)> raw{};
  fill(raw.data(), raw.size());
  std::uint64_t bits = 0;
  std::memcpy(&bits, raw.data(), sizeof bits);
  // 53 bits are what a double holds exactly, so 1 itself is never reached.
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace recycled::system
