// What an operator is told about a signature that does not hold: the part that differs, and why.
#include <doctest/doctest.h>

#include "crypto/base64.hpp"
#include "fixtures.hpp"
#include "flexfactor/signature.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using flexfactor::test::at;
using State = SignaturePart::State;

namespace {

const std::string body = R"({"Event":"order.completed","ExternalOrderId":"ours-1"})";
const Instant now = at("2026-11-23T09:00:00Z");
const crypto::Secret key("the key");

CallbackTrust trust() {
  CallbackTrust made;
  made.keys = {{crypto::Secret("another"), "other", {}, {}}, {key, "mine", {}, {}}};
  made.public_host = "billing.example.com";
  return made;
}

http::Headers signed_for(const std::string& host, const crypto::Secret& by = key) {
  return sign(by, "nonce-1", now, host, body);
}

void set(http::Headers& headers, const std::string& name, const std::string& value) {
  std::erase_if(headers, [&name](const auto& header) { return header.first == name; });
  if (!value.empty()) headers.emplace_back(name, value);
}

// Exactly that part is said to differ, in those words.
void check_differs(const std::vector<SignaturePart>& parts, std::string_view name,
                   std::string_view words) {
  for (const SignaturePart& part : parts) {
    CAPTURE(part.detail);
    CHECK_FALSE(part.detail.empty());
    CHECK((part.state == State::differs) == (part.name == name));
    if (part.name == name) CHECK(part.detail.find(words) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("diagnosis: every part of a good signature holds, and the key and host are named") {
  const auto parts = diagnose(signed_for("billing.example.com"), body, trust(), now);
  REQUIRE(parts.size() == 4);
  for (const SignaturePart& part : parts) CHECK(part.state == State::holds);
  CHECK(parts[3].detail == "by key 'mine' for the host 'billing.example.com'");
}

TEST_CASE("diagnosis: a date outside the window comes with the instant to judge it at") {
  const auto headers = signed_for("billing.example.com");
  const auto late = diagnose(headers, body, trust(), now + std::chrono::hours(2));
  check_differs(late, "date", "2h behind this clock");
  check_differs(late, "date", "--at 2026-11-23T09:00:00Z");
  const auto early = diagnose(headers, body, trust(), now - std::chrono::hours(2));
  check_differs(early, "date", "2h ahead of this clock");
}

TEST_CASE("diagnosis: another body is told from a line end too many") {
  const auto headers = signed_for("billing.example.com");
  check_differs(diagnose(headers, body + "\n", trust(), now), "content", "line end");
  check_differs(diagnose(headers, body + "\r\n", trust(), now), "content", "line end");
  check_differs(diagnose(headers, body + " ", trust(), now), "content", "changed on the way");
  check_differs(diagnose(headers, "", trust(), now), "content", "changed on the way");
}

TEST_CASE("diagnosis: a signature for another host says which setting would make it hold") {
  auto headers = signed_for("internal:8443");
  set(headers, "Host", "internal:8443");
  check_differs(diagnose(headers, body, trust(), now), "signature",
                "callbacks.public_host = \"internal:8443\"");
  headers = signed_for("internal");
  set(headers, "Host", "internal:8443");
  check_differs(diagnose(headers, body, trust(), now), "signature",
                "callbacks.public_host = \"internal\"");
  auto with_port = trust();
  with_port.public_host = "billing.example.com:443";
  check_differs(diagnose(signed_for("billing.example.com"), body, with_port, now), "signature",
                "callbacks.public_host = \"billing.example.com\"");
}

TEST_CASE("diagnosis: the signature of the body alone tells a wrong key from the rest") {
  auto headers = signed_for("billing.example.com", crypto::Secret("foreign"));
  check_differs(diagnose(headers, body, trust(), now), "signature", "the key is another");
  headers = signed_for("billing.example.com");
  set(headers, "x-fc-nonce", "nonce-2");
  check_differs(diagnose(headers, body, trust(), now), "signature", "so the key is right");
  set(headers, "x-fc-signature", "");
  check_differs(diagnose(headers, body, trust(), now), "signature", "the nonce or the date");
}

TEST_CASE("diagnosis: a key that was not decoded is recognised") {
  const crypto::Secret text(crypto::to_base64(key.reveal()));
  check_differs(diagnose(signed_for("billing.example.com", text), body, trust(), now), "signature",
                "without base64-decoding");
}

TEST_CASE("diagnosis: a key outside its dates is named with them") {
  auto dated = trust();
  dated.keys[1].until = now;
  check_differs(diagnose(signed_for("billing.example.com"), body, dated, now), "signature",
                "signing key 'mine' counts until 2026-11-23T09:00:00Z");
}

TEST_CASE("diagnosis: what is missing is named and the parts that need it are unknown") {
  const auto none = diagnose({}, body, trust(), now);
  check_differs(none, "headers", "x-fc-nonce, x-fc-date, x-fc-content-sha512, x-fc-authorization");
  for (std::size_t i = 1; i < none.size(); ++i) CHECK(none[i].state == State::unknown);
  auto headers = signed_for("billing.example.com");
  set(headers, "x-fc-authorization", "Bearer x");
  const auto parts = diagnose(headers, body, trust(), now);
  CHECK(parts[0].state == State::differs);
  CHECK(parts[0].detail.find("does not begin with") != std::string::npos);
}
