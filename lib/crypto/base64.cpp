#include "crypto/base64.hpp"

#include <cstdint>

#include <openssl/crypto.h>

namespace recycled::crypto {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// How many of a text's last characters are padding; at most two can be.
std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

// False: it is none. `bytes`, which is empty, never grows beyond what it reserves here.
bool decode(std::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return false;
  const std::string_view digits = text.substr(0, text.size() - padding_of(text));
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned held = 0;  // how many of the low bits of `bits` are not yet written
  for (const char digit : digits) {
    const std::size_t value = alphabet.find(digit);
    if (value == std::string_view::npos) return false;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFFU);
  }
  // What is left over has to be zero, else two texts would stand for the same bytes.
  return (bits & ((1U << held) - 1U)) == 0;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      text += i <= group.size() ? alphabet[bits >> (18U - 6U * i) & 0x3FU] : '=';
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  if (!decode(text, bytes)) return std::nullopt;
  return bytes;
}

std::optional<Secret> from_base64(const Secret& text) {
  std::string bytes;
  const bool decoded = decode(text.reveal(), bytes);
  std::optional<Secret> secret;
  if (decoded) secret.emplace(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

}  // namespace recycled::crypto
