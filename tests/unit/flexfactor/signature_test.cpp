#include "flexfactor/signature.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "fixtures.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using flexfactor::test::at;

namespace {

const std::string body = R"({"Event":"order.completed","ExternalOrderId":"ours-1"})";
const Instant now = at("2026-11-23T09:00:00Z");

CallbackTrust trust() {
  CallbackTrust made;
  made.keys = {{crypto::Secret("old key"), "old", {}, {}},
               {crypto::Secret("new key"), "new", {}, {}}};
  made.public_host = "billing.example.com";
  return made;
}

http::Headers signed_headers(Instant when = now, const std::string& host = "billing.example.com") {
  return sign(crypto::Secret("new key"), "nonce-1", when, host, body);
}

http::Headers without(http::Headers headers, const std::string& name) {
  std::erase_if(headers, [&name](const auto& header) { return header.first == name; });
  return headers;
}

http::Headers with(http::Headers headers, const std::string& name, const std::string& value) {
  headers = without(std::move(headers), name);
  headers.emplace_back(name, value);
  return headers;
}

CallbackFault fault_of(const Verdict& verdict) {
  REQUIRE(std::holds_alternative<NotVerified>(verdict));
  CHECK_FALSE(std::get<NotVerified>(verdict).detail.empty());
  return std::get<NotVerified>(verdict).fault;
}

Verified verified(const Verdict& verdict) {
  REQUIRE(std::holds_alternative<Verified>(verdict));
  return std::get<Verified>(verdict);
}

}  // namespace

TEST_CASE("L15: what is signed verifies and says by which key") {
  CHECK(verified(verify(signed_headers(), body, trust(), now)) == Verified{1, "nonce-1", now});
  auto old = sign(crypto::Secret("old key"), "nonce-2", now, "billing.example.com", body);
  CHECK(verified(verify(old, body, trust(), now)).key == 0);
}

TEST_CASE("L15: every header of the signature must be there") {
  for (const char* name :
       {"x-fc-nonce", "x-fc-date", "x-fc-content-sha512", "x-fc-authorization"}) {
    CAPTURE(name);
    CHECK(fault_of(verify(without(signed_headers(), name), body, trust(), now)) ==
          CallbackFault::missing_header);
    CHECK(fault_of(verify(with(signed_headers(), name, ""), body, trust(), now)) ==
          CallbackFault::missing_header);
  }
}

TEST_CASE("L15: the window is two-sided") {
  using std::chrono::minutes;
  using std::chrono::seconds;
  for (const Millis off : {Millis(0), Millis(minutes(5)), -Millis(minutes(5))}) {
    verified(verify(signed_headers(now - off), body, trust(), now));
  }
  for (const Millis off : {Millis(minutes(5) + seconds(1)), -Millis(minutes(5) + seconds(1))}) {
    CHECK(fault_of(verify(signed_headers(now - off), body, trust(), now)) ==
          CallbackFault::stale_date);
  }
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-date", "yesterday"), body, trust(), now)) ==
        CallbackFault::stale_date);
}

TEST_CASE("L15: the raw bytes are hashed and one more space is another body") {
  CHECK(fault_of(verify(signed_headers(), body + " ", trust(), now)) ==
        CallbackFault::wrong_content_hash);
  // A hash made to fit the changed body is not the signed one.
  const auto other = sign(crypto::Secret("unknown"), "nonce-1", now, "billing.example.com", "x");
  const auto hash = *http::find_header(other, "x-fc-content-sha512");
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-content-sha512", hash), "x", trust(), now)) ==
        CallbackFault::wrong_signature);
}

TEST_CASE("L15: nonce and date and key are covered by the signature") {
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-nonce", "nonce-2"), body, trust(), now)) ==
        CallbackFault::wrong_signature);
  const auto later = http::to_http_date(now + std::chrono::seconds(1));
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-date", later), body, trust(), now)) ==
        CallbackFault::wrong_signature);
  auto foreign = sign(crypto::Secret("foreign"), "nonce-1", now, "billing.example.com", body);
  CHECK(fault_of(verify(foreign, body, trust(), now)) == CallbackFault::wrong_signature);
  auto keyless = trust();
  keyless.keys.clear();
  CHECK(fault_of(verify(signed_headers(), body, keyless, now)) == CallbackFault::wrong_signature);
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-authorization", "garbage"), body, trust(),
                        now)) == CallbackFault::wrong_signature);
}

TEST_CASE("callback: a wrong host is told from a wrong key by the request's own Host") {
  const auto headers = signed_headers(now, "internal.example.com");
  CHECK(fault_of(verify(headers, body, trust(), now)) == CallbackFault::wrong_signature);
  for (const char* host : {"internal.example.com", "internal.example.com:8443"}) {
    const auto verdict = verify(with(headers, "Host", host), body, trust(), now);
    CHECK(fault_of(verdict) == CallbackFault::wrong_host);
    CHECK(std::get<NotVerified>(verdict).detail.find("'internal.example.com'") !=
          std::string::npos);
  }
  CHECK(fault_of(verify(with(headers, "Host", "other.example.com"), body, trust(), now)) ==
        CallbackFault::wrong_signature);
}

TEST_CASE("callback: behind a proxy that rewrites Host - the host it was asked for is named") {
  auto headers = with(signed_headers(now, "public.example.com"), "Host", "127.0.0.1:8443");
  headers = with(std::move(headers), "X-Forwarded-Host", "public.example.com");
  const auto verdict = verify(headers, body, trust(), now);
  CHECK(fault_of(verdict) == CallbackFault::wrong_host);
  CHECK(std::get<NotVerified>(verdict).detail.find("'public.example.com'") != std::string::npos);
}

TEST_CASE("callback: the request's Host never vouches for itself") {
  auto headers = with(signed_headers(), "Host", "attacker.example.com");
  verified(verify(headers, body, trust(), now));
  headers = with(signed_headers(now, "attacker.example.com"), "Host", "attacker.example.com");
  headers = with(std::move(headers), "X-Forwarded-Host", "attacker.example.com");
  CHECK(fault_of(verify(headers, body, trust(), now)) == CallbackFault::wrong_host);
}

TEST_CASE("callback: the body's signature alone counts only where the setting says so") {
  const auto alone = without(signed_headers(), "x-fc-authorization");
  CHECK(fault_of(verify(alone, body, trust(), now)) == CallbackFault::missing_header);

  auto lenient = trust();
  lenient.body_signature = BodySignature::accepted;
  const auto accepted = verified(verify(alone, body, lenient, now));
  CHECK(accepted.key == 1);
  CHECK(accepted.nonce != "nonce-1");  // unprotected, so it is not believed
  CHECK(accepted.nonce ==
        verified(verify(with(alone, "x-fc-nonce", "n2"), body, lenient, now)).nonce);
  CHECK(fault_of(verify(alone, body + " ", lenient, now)) == CallbackFault::wrong_signature);
  // A full signature that is there must hold, whatever the setting.
  CHECK(fault_of(verify(with(signed_headers(), "x-fc-nonce", "n2"), body, lenient, now)) ==
        CallbackFault::wrong_signature);
}

TEST_CASE("callback: a configured signing key is base64 and not empty") {
  CHECK(decode_signing_key(crypto::Secret("AAEC"))->reveal() == std::string("\0\1\2", 3));
  CHECK_FALSE(decode_signing_key(crypto::Secret("not base64!")));
  CHECK_FALSE(decode_signing_key(crypto::Secret("")));
}

TEST_CASE("L15: a key counts inside its dates alone and by the date that was signed") {
  using std::chrono::minutes;
  auto dated = trust();
  dated.keys[0].until = now;
  dated.keys[1].from = now;
  const auto by_old = [](Instant when) {
    return sign(crypto::Secret("old key"), "nonce-1", when, "billing.example.com", body);
  };
  // Until is exclusive and from inclusive; the clock of the receiver does not come into it.
  CHECK(verified(verify(by_old(now - std::chrono::seconds(1)), body, dated, now)).key == 0);
  CHECK(verified(verify(by_old(now - minutes(2)), body, dated, now + minutes(1))).key == 0);
  CHECK(verified(verify(signed_headers(now), body, dated, now - minutes(1))).key == 1);
  for (const auto& headers : {by_old(now), signed_headers(now - std::chrono::seconds(1))}) {
    const auto refused = verify(headers, body, dated, now);
    CHECK(fault_of(refused) == CallbackFault::key_out_of_date);
    const std::string detail = std::get<NotVerified>(refused).detail;
    CHECK(detail.find(headers == by_old(now) ? "'old'" : "'new'") != std::string::npos);
    CHECK(detail.find("2026-11-23T09:00:00Z") != std::string::npos);
  }
}

TEST_CASE("L15: a key that is listed twice counts in either span") {
  auto dated = trust();
  dated.keys[0] = dated.keys[1];
  dated.keys[0].from = now;
  dated.keys[1].until = now - std::chrono::hours(1);
  CHECK(verified(verify(signed_headers(), body, dated, now)).key == 0);
}

TEST_CASE("L15: the signature of the body alone goes by the dates of the key as well") {
  const auto alone = without(signed_headers(), "x-fc-authorization");
  auto lenient = trust();
  lenient.body_signature = BodySignature::accepted;
  lenient.keys[1].until = now;
  CHECK(fault_of(verify(alone, body, lenient, now)) == CallbackFault::key_out_of_date);
  CHECK(verified(verify(alone, body, lenient, now - std::chrono::seconds(1))).key == 1);
}
