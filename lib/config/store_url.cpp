#include "config/store_url.hpp"

#include <string_view>

#include "config/problem.hpp"

namespace recycled::config {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view postgres_scheme = "postgresql://";

// Between the user and the host, or as a parameter.
bool has_password(std::string_view url) {
  const std::string_view rest = url.substr(postgres_scheme.size());
  const auto at = rest.substr(0, rest.find_first_of("/?")).rfind('@');
  const bool beside_user = at != std::string_view::npos && rest.substr(0, at).find(':') < at;
  return beside_user || rest.find("password=") != std::string_view::npos;
}

}  // namespace

StoreUrl parse_store_url(const std::string& text) {
  StoreUrl url;
  if (text.starts_with(sqlite_scheme) && text.size() > sqlite_scheme.size()) {
    url.file = text.substr(sqlite_scheme.size());
    if (url.file.starts_with("//")) url.file.erase(0, 2);  // "sqlite:///var/lib/recycled/ledger.db"
  } else if (text.starts_with(postgres_scheme)) {
    url.database = text;
    if (has_password(text)) {
      url.problem = "url has a password in it";
      url.advice =
          "Write it into a file that the service alone may read, HOST:PORT:DATABASE:USER:PASSWORD, "
          "and name that: \"postgresql://USER@HOST/DATABASE?passfile=/FILE\"";
    }
  } else {
    url.problem = "url " + in_quotes(text) + " is not one of a known store";
    url.advice = "Write \"sqlite:FILE\" or \"postgresql://USER@HOST/DATABASE\"";
  }
  return url;
}

}  // namespace recycled::config
