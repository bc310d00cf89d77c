#include "http/base_url.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace recycled::http {
namespace {

namespace urls = boost::urls;

Failure refuse(std::string_view text, const std::string& why) {
  return fail(Fault::invalid, "base URL '" + std::string(text) + "' " + why);
}

std::string host_without_brackets(const urls::url_view& url) {
  std::string host = url.host();
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return host;
}

// The URL's port, or the scheme's own; nothing if no socket can have it.
std::optional<std::string> port_of(const urls::url_view& url) {
  if (url.port().empty()) return url.scheme_id() == urls::scheme::https ? "443" : "80";
  const std::string text(url.port());
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number == 0) return std::nullopt;
  return text;
}

}  // namespace

Result<BaseUrl> parse_base_url(std::string_view text) {
  const auto parsed = urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return refuse(text, "is not an absolute URL");
  const urls::url_view& url = *parsed;
  const bool secure = url.scheme_id() == urls::scheme::https;
  if (!secure && url.scheme_id() != urls::scheme::http) return refuse(text, "is not http(s)");
  // The message leaves the URL out: what stands before the '@' may be a password.
  if (url.has_userinfo()) return fail(Fault::invalid, "a base URL must not hold a user");
  if (url.host().empty()) return refuse(text, "names no host");
  const auto port = port_of(url);
  if (!port) return refuse(text, "names no possible port");
  if (url.has_query() || url.has_fragment()) return refuse(text, "must not have a query");
  BaseUrl base;
  base.scheme = secure ? Scheme::https : Scheme::http;
  base.host = host_without_brackets(url);
  base.port = *port;
  base.authority = std::string(url.encoded_host_and_port());
  base.path = std::string(url.encoded_path());
  if (!base.path.ends_with('/')) return refuse(text, "must end in '/'");
  return base;
}

}  // namespace recycled::http
