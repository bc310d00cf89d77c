// The recorded callback of flexfactor.md, rebuilt from the primitives of this room alone.
#include <string>

#include <doctest/doctest.h>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

using namespace recycled::crypto;

namespace {

const std::string key_base64 =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
const std::string body =
    R"({"Event":"order.expired","TimeStamp":"2026-11-20T08:30:15.120034Z","EventData":null,)"
    R"("ExternalOrderId":"8d3b2c1e-5f64-4a7b-9c8d-0e1f2a3b4c5d",)"
    R"("OrderId":"0b9f6a52-3f0e-4d6c-8a55-7f1d2c3b4a59","ConfirmationId":"5C0FFEE5",)"
    R"("IsTestMode":true,"IsResent":false})";
const std::string content_hash =
    "ce9ABYRvAwB/wou/f1y++3/oVY5e1j3ZvhdWW+3ClSXyNHgFUjF7YAwhUgKhY1RBcgQePVQoUEObRb3x8RGV+g==";

}  // namespace

TEST_CASE("the callback vector's content hash is the base64 of its body's SHA-512") {
  CHECK(to_base64(sha512(body)) == content_hash);
}

TEST_CASE("the callback vector's two signatures come out of its key") {
  const auto bytes = from_base64(key_base64);
  REQUIRE(bytes);
  const HmacKey key{Secret(*bytes)};
  const std::string string_to_sign =
      "POST\n00112233445566778899aabbccddeeff;Fri, 20 Nov 2026 08:30:15 GMT;billing.example.com;" +
      content_hash;
  CHECK(to_base64(key.of(string_to_sign)) ==
        "O3uprb7xFPza0k3uEoq62ed2890ISAKB/dG+T/f7CSIWWHl7CR/7SG/"
        "uzOOSODkcm9pTITn3RQqtmZbo4KjiEw==");
  CHECK(to_base64(key.of(body)) ==
        "MPtXNGoL/N4d4Y60wK828b5EkvPTl9Lqhliuw1UtGPyG3Dq+"
        "G089ObIV8SYHyegd81dpCUocY9Dq8ZGnR/qFNA==");
}
