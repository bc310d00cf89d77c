// Hashes and message authentication codes over raw bytes. They cannot fail short of a broken
// OpenSSL, which is an `ensure`.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace recycled::crypto {

// As many raw bytes as the name has bits.
std::string sha256(std::string_view data);
std::string sha512(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);

// HMAC-SHA512 under a key that is made ready once, however many codes are made with it. Not for two
// threads at a time.
class HmacKey {
 public:
  HmacKey(
      const Secret& key = Secret());  // NOLINT(google-explicit-constructor): it is one, made ready
  HmacKey(const HmacKey& other);
  HmacKey& operator=(const HmacKey& other);
  ~HmacKey();

  std::string of(std::string_view data) const;  // 64 raw bytes
  std::string_view reveal() const { return key_.reveal(); }

 private:
  class Ready;
  Secret key_;
  std::unique_ptr<Ready> ready_;
};

// Lower case, two digits a byte.
std::string to_hex(std::string_view bytes);

// Takes the same time wherever the first difference is (lessons.md 15). The lengths are no secret.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace recycled::crypto
