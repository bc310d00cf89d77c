#include "flexfactor/callback.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "fixtures.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using billing::News;
using flexfactor::test::at;

namespace {

const std::string body = R"({"Event":"order.completed","ExternalOrderId":"ours-1"})";
const Instant now = at("2026-11-23T09:00:00Z");

CallbackTrust trust() {
  CallbackTrust made;
  made.keys = {crypto::Secret("old key"), crypto::Secret("new key")};
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

TEST_CASE("callback: the request's Host never vouches for itself") {
  const auto headers = with(signed_headers(), "Host", "attacker.example.com");
  verified(verify(headers, body, trust(), now));
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

TEST_CASE("callback: events and what they mean") {
  const std::pair<const char*, std::optional<News>> cases[] = {
      {"order.completed", News::completed},
      {"ORDER.Completed", News::completed},
      {"order.expired", News::expired},
      {"order.cancelled", News::cancelled},
      {"order.refunded", News::refunded},
      {"order.capturerequired", News::capture_required},
      {"payment.chargeback.received", News::charged_back},
      {"challenge.created", News::challenge},
      {"payout.sent", std::nullopt},
      {"order.completed.twice", News::strange},
      {"order", News::strange},
  };
  for (const auto& [event, news] : cases) {
    CAPTURE(event);
    const auto callback =
        parse_callback(R"({"Event":")" + std::string(event) + R"(","OrderId":"their-1"})");
    REQUIRE(callback);
    CHECK(callback->news == news);
    CHECK(callback->event == event);
  }
}

TEST_CASE("callback: fields are read and absent ones are empty") {
  const auto full = parse_callback(
      R"({"Event":"order.expired","TimeStamp":"2026-11-20T08:30:15.120034Z","EventData":null,)"
      R"("ExternalOrderId":"ours-1","OrderId":"their-1","IsTestMode":true,"IsResent":true})");
  REQUIRE(full);
  CHECK(full->order == OrderId("ours-1"));
  CHECK(full->provider_order == ProviderOrderId("their-1"));
  CHECK(full->happened_at == at("2026-11-20T08:30:15.120Z"));
  CHECK(full->is_test);
  CHECK(full->is_resent);
  const auto bare = parse_callback(R"({"Event":"order.expired","OrderId":"their-1"})");
  REQUIRE(bare);
  CHECK(bare->order.empty());
  CHECK_FALSE(bare->happened_at);
  CHECK_FALSE(bare->is_test);
}

TEST_CASE("callback: what is no callback is unreadable and says why") {
  for (const char* text : {"", "[]", "{}", R"({"event":"order.completed","OrderId":"x"})",
                           R"({"Event":7,"OrderId":"x"})", R"({"Event":"order.completed"})",
                           R"({"Event":"order.completed","OrderId":null})", "{\"Event\":"}) {
    CAPTURE(text);
    const auto callback = parse_callback(text);
    REQUIRE_FALSE(callback);
    CHECK(callback.error().fault == Fault::invalid);
    CHECK_FALSE(callback.error().message.empty());
  }
}
