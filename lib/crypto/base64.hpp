// Base64 with the standard alphabet and padding (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace recycled::crypto {

std::string to_base64(std::string_view bytes);

// Strict: no white space, padding required, and only the one spelling to_base64 writes; nothing on
// anything else. So two texts that decode to the same bytes are the same text.
std::optional<std::string> from_base64(std::string_view text);
// The same for a key: no copy of its bytes is left behind.
std::optional<Secret> from_base64(const Secret& text);

}  // namespace recycled::crypto
