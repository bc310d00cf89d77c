#include "crypto/secret.hpp"

#include <openssl/crypto.h>

namespace recycled::crypto {
namespace {

void wipe(std::string& text) { OPENSSL_cleanse(text.data(), text.size()); }

}  // namespace

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
