// Hashes and message authentication codes over raw bytes. They cannot fail short of a broken
// OpenSSL, which is an `ensure`.
#pragma once

#include <string>
#include <string_view>

namespace recycled::crypto {

// As many raw bytes as the name has bits.
std::string sha256(std::string_view data);
std::string sha512(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string hmac_sha512(std::string_view key, std::string_view data);

// Lower case, two digits a byte.
std::string to_hex(std::string_view bytes);

// Takes the same time wherever the first difference is (lessons.md 15). The lengths are no secret.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace recycled::crypto
