// Where a client's requests go: one origin and the path before every target.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace recycled::http {

enum class Scheme { http, https };

struct BaseUrl {
  Scheme scheme = Scheme::https;
  std::string host;       // a name or an address, without brackets
  std::string port;       // decimal, the scheme's own where the URL names none
  std::string authority;  // as the Host header wants it
  std::string path;       // begins and ends in '/'
};

// Fault::invalid, with the URL and what is wrong with it: another scheme, no host, a user, a query
// or a fragment, a path that does not end in '/'.
Result<BaseUrl> parse_base_url(std::string_view text);

}  // namespace recycled::http
