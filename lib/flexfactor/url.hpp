// Texts inside a URL. Source: RFC 3986.
#pragma once

#include <string>
#include <string_view>

namespace recycled::flexfactor {

// What is no unreserved character of a URL is escaped, so that an id from outside cannot lead to
// another path, nor a value to another parameter.
std::string url_escaped(std::string_view text);

// "%2B" back to "+"; an escape that is none stays as it is.
std::string url_unescaped(std::string_view text);

}  // namespace recycled::flexfactor
