#include "http/base_url.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace recycled;
using namespace recycled::http;

TEST_CASE("a base URL gives host, port, Host header and path") {
  struct Row {
    const char* url;
    Scheme scheme;
    const char* host;
    const char* port;
    const char* authority;
    const char* path;
  };
  const Row rows[] = {
      {"https://api.example.com/v1/", Scheme::https, "api.example.com", "443", "api.example.com",
       "/v1/"},
      {"http://127.0.0.1:8080/", Scheme::http, "127.0.0.1", "8080", "127.0.0.1:8080", "/"},
      {"HTTP://localhost/a/b/", Scheme::http, "localhost", "80", "localhost", "/a/b/"},
      {"https://[::1]:8443/", Scheme::https, "::1", "8443", "[::1]:8443", "/"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.url));
    const auto base = parse_base_url(row.url);
    REQUIRE(base);
    CHECK(base->scheme == row.scheme);
    CHECK(base->host == row.host);
    CHECK(base->port == row.port);
    CHECK(base->authority == row.authority);
    CHECK(base->path == row.path);
  }
}

TEST_CASE("what is no base URL is refused") {
  const char* const urls[] = {"",
                              "api.example.com/v1/",
                              "/v1/",
                              "ftp://example.com/",
                              "https://example.com",
                              "https://example.com/v1",
                              "https://example.com/?a=/",
                              "https://example.com/#/",
                              "https:///v1/",
                              "https://exa mple.com/",
                              "https://example.com:99999/",
                              "https://example.com:0/"};
  for (const char* url : urls) {
    CAPTURE(std::string(url));
    const auto base = parse_base_url(url);
    REQUIRE_FALSE(base);
    CHECK(base.error().fault == Fault::invalid);
  }
}

TEST_CASE("S1: a password in a base URL is refused without being repeated") {
  const auto base = parse_base_url("https://user:hunter2@example.com/");
  REQUIRE_FALSE(base);
  CHECK(base.error().message.find("hunter2") == std::string::npos);
}
