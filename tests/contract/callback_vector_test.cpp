// The reference callback of flexfactor.md "Callbacks", in both directions.
#include <doctest/doctest.h>

#include "flexfactor/callback.hpp"

using namespace recycled;
using namespace recycled::flexfactor;

namespace {

const char* const key_base64 =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
const char* const host = "billing.example.com";
const char* const nonce = "00112233445566778899aabbccddeeff";
const char* const date = "Fri, 20 Nov 2026 08:30:15 GMT";
const char* const body =
    R"({"Event":"order.expired","TimeStamp":"2026-11-20T08:30:15.120034Z","EventData":null,)"
    R"("ExternalOrderId":"8d3b2c1e-5f64-4a7b-9c8d-0e1f2a3b4c5d",)"
    R"("OrderId":"0b9f6a52-3f0e-4d6c-8a55-7f1d2c3b4a59","ConfirmationId":"5C0FFEE5",)"
    R"("IsTestMode":true,"IsResent":false})";
const char* const content_sha512 =
    "ce9ABYRvAwB/wou/f1y++3/oVY5e1j3ZvhdWW+3ClSXyNHgFUjF7YAwhUgKhY1RBcgQePVQoUEObRb3x8RGV+g==";
const char* const authorization =
    "HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;x-fc-content-sha512&Signature="
    "O3uprb7xFPza0k3uEoq62ed2890ISAKB/dG+T/f7CSIWWHl7CR/7SG/uzOOSODkcm9pTITn3RQqtmZbo4KjiEw==";
const char* const body_signature =
    "MPtXNGoL/N4d4Y60wK828b5EkvPTl9Lqhliuw1UtGPyG3Dq+G089ObIV8SYHyegd81dpCUocY9Dq8ZGnR/qFNA==";

CallbackTrust trust() {
  CallbackTrust made;
  made.keys = {{*decode_signing_key(crypto::Secret(key_base64)), "vector", {}, {}}};
  made.public_host = host;
  return made;
}

}  // namespace

TEST_CASE("L15: the reference callback verifies whatever case its headers have") {
  const http::Headers headers = {{"X-FC-Nonce", nonce},
                                 {"X-FC-Date", date},
                                 {"X-FC-Content-SHA512", content_sha512},
                                 {"X-FC-Authorization", authorization},
                                 {"X-FC-Signature", body_signature}};
  const Instant now = *http::parse_http_date(date) + std::chrono::minutes(1);
  const auto verdict = verify(headers, body, trust(), now);
  REQUIRE(std::holds_alternative<Verified>(verdict));
  CHECK(std::get<Verified>(verdict) == Verified{0, nonce, *http::parse_http_date(date)});
}

TEST_CASE("L15: signing the reference callback gives its headers") {
  const auto headers =
      sign(trust().keys[0].secret, nonce, *http::parse_http_date(date), host, body);
  CHECK(http::find_header(headers, "x-fc-nonce") == nonce);
  CHECK(http::find_header(headers, "x-fc-date") == date);
  CHECK(http::find_header(headers, "x-fc-content-sha512") == content_sha512);
  CHECK(http::find_header(headers, "x-fc-authorization") == authorization);
  CHECK(http::find_header(headers, "x-fc-signature") == body_signature);
}

TEST_CASE("callback: the reference body is an expired order in test mode") {
  const auto callback = parse_callback(body);
  REQUIRE(callback);
  CHECK(callback->news == billing::News::expired);
  CHECK(callback->order == OrderId("8d3b2c1e-5f64-4a7b-9c8d-0e1f2a3b4c5d"));
  CHECK(callback->provider_order == ProviderOrderId("0b9f6a52-3f0e-4d6c-8a55-7f1d2c3b4a59"));
  CHECK(callback->happened_at == parse_instant("2026-11-20T08:30:15.120Z"));
  CHECK(callback->is_test);
  CHECK_FALSE(callback->is_resent);
}
