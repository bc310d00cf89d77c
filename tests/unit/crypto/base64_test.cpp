#include "crypto/base64.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using namespace recycled::crypto;

TEST_CASE("base64 gives the vectors of RFC 4648 and reads them back") {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    CAPTURE(bytes);
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("base64 carries every byte value at every place of a group") {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string shifted = bytes.substr(shift);
    CHECK(from_base64(to_base64(shifted)) == shifted);
  }
  CHECK(to_base64("\xfb\xff") == "+/8=");
}

TEST_CASE("base64 that another writer might have let pass is refused") {
  const char* const texts[] = {"Zg",     "Zg=",   "Zg===", "Z===", "====", "=Zg=", "Zg==Zg==",
                               "Zm9v\n", "Zm 9v", "Zm-_",  "Zh==", "Zm9=", "Z=g=", "Zm9vYg=\xff"};
  for (const char* text : texts) {
    CAPTURE(std::string(text));
    CHECK_FALSE(from_base64(text).has_value());
  }
}

TEST_CASE("S1: a key in base64 stays a secret") {
  CHECK(from_base64(Secret("AAEC"))->reveal() == std::string("\0\1\2", 3));
  CHECK_FALSE(from_base64(Secret("AAE")).has_value());
  CHECK_FALSE(from_base64(Secret("not base64!!")).has_value());
}
