#include "system/machine.hpp"

#include <array>

#include <systemd/sd-id128.h>

namespace recycled::system {
namespace {

// Of this program, drawn once.
constexpr sd_id128_t program{{0x86, 0x9d, 0x94, 0x3f, 0xc8, 0x59, 0xb7, 0xa5, 0x71, 0xd2, 0x09,
                              0xe3, 0xb2, 0x31, 0x93, 0x57}};

}  // namespace

std::string machine_id() {
  sd_id128_t id{};
  if (sd_id128_get_machine_app_specific(program, &id) < 0) return {};
  std::array<char, SD_ID128_STRING_MAX> text{};
  return sd_id128_to_string(id, text.data());
}

}  // namespace recycled::system
