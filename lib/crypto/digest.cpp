#include "crypto/digest.hpp"

#include <array>
#include <limits>
#include <memory>

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

// One kind of digest. OpenSSL looks for its code at each use unless that was fetched once.
class Digest {
 public:
  explicit Digest(const char* name)
      : code_(EVP_MD_fetch(nullptr, name, nullptr)), context_(EVP_MD_CTX_new()) {
    ensure(code_ && context_, "OpenSSL has the digest");
  }

  std::string of(std::string_view data) {
    Block block{};
    unsigned int size = 0;
    const bool done = EVP_DigestInit_ex(context_.get(), code_.get(), nullptr) == 1 &&
                      EVP_DigestUpdate(context_.get(), data.data(), data.size()) == 1 &&
                      EVP_DigestFinal_ex(context_.get(), block.data(), &size) == 1;
    ensure(done, "OpenSSL computes a digest");
    return to_string(block, size);
  }

 private:
  struct Free {
    void operator()(EVP_MD* code) const { EVP_MD_free(code); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> code_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

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

std::string sha256(std::string_view data) {
  thread_local Digest digest("SHA256");
  return digest.of(data);
}

std::string sha512(std::string_view data) {
  thread_local Digest digest("SHA512");
  return digest.of(data);
}

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
