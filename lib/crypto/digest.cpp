#include "crypto/digest.hpp"

#include <array>
#include <limits>
#include <memory>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include "base/ensure.hpp"

namespace recycled::crypto {
namespace {

using Block = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string to_string(const Block& block, std::size_t size) {
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

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view data) {
  ensure(key.size() <= std::size_t{std::numeric_limits<int>::max()}, "a key fits an int");
  // OpenSSL takes a null key for "the key of last time"; an empty view may hold one.
  if (key.empty()) key = "";
  Block block{};
  unsigned int size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data),
                          data.size(), block.data(), &size);
  ensure(done != nullptr, "OpenSSL computes an HMAC");
  return to_string(block, size);
}

std::string sha256(std::string_view data) {
  thread_local Digest digest("SHA256");
  return digest.of(data);
}

std::string sha512(std::string_view data) {
  thread_local Digest digest("SHA512");
  return digest.of(data);
}

// OpenSSL takes the key of last time where none is given.
class HmacKey::Ready {
 public:
  explicit Ready(std::string_view key) {
    std::unique_ptr<EVP_MAC, Free> code(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    context_.reset(EVP_MAC_CTX_new(code.get()));
    std::string kind = "SHA512";
    const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, kind.data(), 0),
                            OSSL_PARAM_construct_end()};
    if (key.empty()) key = "";  // an empty view may hold a null
    const bool done =
        context_ && EVP_MAC_init(context_.get(), bytes_of(key), key.size(), params.data()) == 1;
    ensure(done, "OpenSSL takes an HMAC's key");
  }

  std::string of(std::string_view data) {
    Block block{};
    std::size_t size = 0;
    const bool done = EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                      EVP_MAC_update(context_.get(), bytes_of(data), data.size()) == 1 &&
                      EVP_MAC_final(context_.get(), block.data(), &size, block.size()) == 1;
    ensure(done, "OpenSSL computes an HMAC");
    return to_string(block, size);
  }

 private:
  struct Free {
    void operator()(EVP_MAC* code) const { EVP_MAC_free(code); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

HmacKey::HmacKey(const Secret& key) : key_(key), ready_(std::make_unique<Ready>(key.reveal())) {}

HmacKey::HmacKey(const HmacKey& other) : HmacKey(other.key_) {}

HmacKey& HmacKey::operator=(const HmacKey& other) {
  if (this == &other) return *this;
  key_ = other.key_;
  ready_ = std::make_unique<Ready>(key_.reveal());
  return *this;
}

HmacKey::~HmacKey() = default;

std::string HmacKey::of(std::string_view data) const { return ready_->of(data); }

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
