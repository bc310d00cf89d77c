#include "crypto/guid.hpp"

#include <cstdint>

#include "crypto/digest.hpp"

namespace recycled::crypto {
namespace {

// Eight bytes, the highest first.
std::string length_prefix(std::uint64_t size) {
  std::string prefix;
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    prefix += static_cast<char>(size >> (shift - 8) & 0xFFU);
  }
  return prefix;
}

void set_bits(char& byte, unsigned kept, unsigned set) {
  byte = static_cast<char>((static_cast<unsigned char>(byte) & kept) | set);
}

}  // namespace

std::string derive_guid(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += length_prefix(part.size());
    text += part;
  }
  std::string bytes = sha256(text).substr(0, 16);
  set_bits(bytes[6], 0x0FU, 0x80U);  // version 8
  set_bits(bytes[8], 0x3FU, 0x80U);  // the RFC's variant
  std::string guid = to_hex(bytes);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) guid.insert(dash, 1, '-');
  return guid;
}

}  // namespace recycled::crypto
