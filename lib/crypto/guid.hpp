// Identities that come out the same on every attempt: what names a charge is derived, never drawn,
// so a crash between two attempts cannot give it a second name (rule X1).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace recycled::crypto {

// A lower-case RFC 9562 version-8 UUID from the SHA-256 of the parts. Each part is hashed with its
// length before it, so ("ab", "c") and ("a", "bc") differ.
std::string derive_guid(std::initializer_list<std::string_view> parts);

}  // namespace recycled::crypto
