#include "crypto/digest.hpp"

#include <array>
#include <limits>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/ensure.hpp"

namespace recycled::crypto {
namespace {

using Block = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string to_string(const Block& block, unsigned int size) {
  return {block.begin(), block.begin() + size};
}

std::string digest(const EVP_MD* kind, std::string_view data) {
  Block block{};
  unsigned int size = 0;
  const int done = EVP_Digest(data.data(), data.size(), block.data(), &size, kind, nullptr);
  ensure(done == 1, "OpenSSL computes a digest");
  return to_string(block, size);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view data) {
  ensure(key.size() <= std::size_t{std::numeric_limits<int>::max()}, "a key fits an int");
  // OpenSSL takes a null key for "the key of last time"; an empty view may hold one.
  if (key.empty()) key = "";
  Block block{};
  unsigned int size = 0;
  const auto* done = HMAC(kind, key.data(), static_cast<int>(key.size()), bytes_of(data),
                          data.size(), block.data(), &size);
  ensure(done != nullptr, "OpenSSL computes an HMAC");
  return to_string(block, size);
}

}  // namespace

std::string sha256(std::string_view data) { return digest(EVP_sha256(), data); }

std::string sha512(std::string_view data) { return digest(EVP_sha512(), data); }

std::string hmac_sha256(std::string_view key, std::string_view data) {
  return hmac(EVP_sha256(), key, data);
}

std::string hmac_sha512(std::string_view key, std::string_view data) {
  return hmac(EVP_sha512(), key, data);
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    hex += digits[value >> 4U];
    hex += digits[value & 0x0FU];
  }
  return hex;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace recycled::crypto
