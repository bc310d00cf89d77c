#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace recycled::crypto {

void wipe(std::string& text) {
  // A small text that was moved away from leaves its bytes behind its end: all there is room for.
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string value) : value_(value) { wipe(value); }

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  // Assigning may move to a larger buffer and give the old one back as it is.
  wipe(value_);
  value_ = other.value_;
  return *this;
}

Secret::~Secret() { wipe(value_); }

}  // namespace recycled::crypto
