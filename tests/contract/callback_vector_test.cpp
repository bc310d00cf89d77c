// The reference callback of flexfactor.md "Callbacks", in both directions.
#include <algorithm>
#include <string>
#include <vector>

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

namespace {

const Instant received = *http::parse_http_date(date) + std::chrono::minutes(1);

http::Headers reference_headers() {
  return {{"Host", host},
          {"x-fc-nonce", nonce},
          {"x-fc-date", date},
          {"x-fc-content-sha512", content_sha512},
          {"x-fc-authorization", authorization}};
}

// What becomes of the reference with one of its headers replaced, or left out.
std::string verdict(const http::Headers& headers, const std::string& text, CallbackTrust trusted) {
  const auto found = verify(headers, text, trusted, received);
  if (std::holds_alternative<Verified>(found)) return "verified";
  return std::string(to_text(std::get<NotVerified>(found).fault));
}

std::string verdict_with(const std::string& name, const std::string& value) {
  auto headers = reference_headers();
  for (auto& header : headers) {
    if (header.first == name) header.second = value;
  }
  return verdict(headers, body, trust());
}

std::string verdict_without(const std::string& name) {
  auto headers = reference_headers();
  std::erase_if(headers, [&name](const auto& header) { return header.first == name; });
  return verdict(headers, body, trust());
}

}  // namespace

TEST_CASE("L15: a callback with any one byte of its body altered is refused") {
  REQUIRE(verdict(reference_headers(), body, trust()) == "verified");
  const std::string text = body;
  for (std::size_t i = 0; i < text.size(); ++i) {
    CAPTURE(i);
    for (const char bit : {'\x01', '\x20', '\x80'}) {
      std::string altered = text;
      altered[i] = static_cast<char>(altered[i] ^ bit);
      if (verdict(reference_headers(), altered, trust()) != "wrong_content_hash") FAIL("accepted");
    }
    std::string shorter = text;
    shorter.erase(i, 1);
    if (verdict(reference_headers(), shorter, trust()) != "wrong_content_hash") FAIL("accepted");
  }
  CHECK(verdict(reference_headers(), text + "\n", trust()) == "wrong_content_hash");
  CHECK(verdict(reference_headers(), "", trust()) == "wrong_content_hash");
}

TEST_CASE("L15: a callback with any one character of a header altered is refused") {
  const auto every_alteration = [](const std::string& name, const std::string& value,
                                   const std::vector<std::string>& faults) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      std::string altered = value;
      altered[i] = altered[i] == 'A' ? 'B' : 'A';
      const std::string found = verdict_with(name, altered);
      CAPTURE(altered);
      CHECK(std::find(faults.begin(), faults.end(), found) != faults.end());
    }
  };
  every_alteration("x-fc-nonce", nonce, {"wrong_signature"});
  every_alteration("x-fc-content-sha512", content_sha512, {"wrong_content_hash"});
  every_alteration("x-fc-authorization", authorization, {"wrong_signature", "missing_header"});
  every_alteration("x-fc-date", date, {"stale_date"});  // no longer a date
  CHECK(verdict_with("x-fc-nonce", "") == "missing_header");
}

TEST_CASE("L15: another date is refused inside the window and outside of it, either way") {
  CHECK(verdict_with("x-fc-date", "Fri, 20 Nov 2026 08:30:16 GMT") == "wrong_signature");
  CHECK(verdict_with("x-fc-date", "Fri, 20 Nov 2026 08:26:15 GMT") == "wrong_signature");
  CHECK(verdict_with("x-fc-date", "Fri, 20 Nov 2026 08:26:14 GMT") == "stale_date");
  CHECK(verdict_with("x-fc-date", "Fri, 20 Nov 2026 08:36:15 GMT") == "wrong_signature");
  CHECK(verdict_with("x-fc-date", "Fri, 20 Nov 2026 08:36:16 GMT") == "stale_date");
}

TEST_CASE("L15: a header that is not there is named as missing") {
  for (const char* name :
       {"x-fc-nonce", "x-fc-date", "x-fc-content-sha512", "x-fc-authorization"}) {
    CAPTURE(name);
    CHECK(verdict_without(name) == "missing_header");
  }
  CHECK(verdict_without("Host") == "verified");  // the host is the config's, never the request's
}

TEST_CASE("L15: another key and another host are told apart") {
  auto trusted = trust();
  trusted.public_host = "other.example.com";
  CHECK(verdict(reference_headers(), body, trusted) == "wrong_host");
  auto headers = reference_headers();
  headers[0].second = "proxy.internal";
  CHECK(verdict(headers, body, trusted) == "wrong_signature");
  CHECK(verdict(headers, body, trust()) == "verified");
  trusted = trust();
  trusted.keys = {{crypto::Secret("another key"), "another", {}, {}}};
  CHECK(verdict(reference_headers(), body, trusted) == "wrong_signature");
  trusted.keys.push_back(trust().keys[0]);
  const auto second = verify(reference_headers(), body, trusted, received);
  REQUIRE(std::holds_alternative<Verified>(second));
  CHECK(std::get<Verified>(second).key == 1);
}

TEST_CASE("L15: the signature of the body alone counts only where the setting says so") {
  http::Headers headers = {{"x-fc-signature", body_signature}};
  auto trusted = trust();
  CHECK(verdict(headers, body, trusted) == "missing_header");
  trusted.body_signature = BodySignature::accepted;
  CHECK(verdict(headers, body, trusted) == "verified");
  const std::string signature = body_signature;
  for (std::size_t i = 0; i < signature.size(); ++i) {
    headers[0].second[i] = signature[i] == 'A' ? 'B' : 'A';
    CHECK(verdict(headers, body, trusted) == "wrong_signature");
    headers[0].second[i] = signature[i];
  }
  CHECK(verdict(headers, std::string(body) + " ", trusted) == "wrong_signature");
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
