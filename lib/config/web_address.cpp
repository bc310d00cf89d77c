// What credentials and signed events may be sent to.
#include "config/reading.hpp"

namespace recycled::config {

namespace {

constexpr std::string_view plain = "http://";

bool is_loopback(std::string_view url) {
  const std::string_view rest = url.substr(plain.size());
  const std::string_view host = rest.substr(0, rest.find('/'));
  const std::string_view name = host.substr(0, host.rfind(':'));
  return name == "127.0.0.1" || name == "localhost" || host == "[::1]" || name == "[::1]";
}

}  // namespace

std::optional<Text> web_address(Section& section, std::string_view key) {
  auto url = section.text(key);
  if (!url) return std::nullopt;
  const std::string name(key);
  if (!url->value.starts_with(plain) && !url->value.starts_with("https://")) {
    section.complain(key, name + " " + in_quotes(url->value) + " is not a web address",
                     "Write it with https:// in front");
    return std::nullopt;
  }
  if (url->value.starts_with(plain) && !is_loopback(url->value)) {
    section.complain(key, name + " would send what is confidential over plain HTTP",
                     "Use https://; http:// is for a simulator on this machine alone");
    return std::nullopt;
  }
  return url;
}

}  // namespace recycled::config
