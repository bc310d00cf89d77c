#include "webhooks/signing.hpp"

#include <doctest/doctest.h>

#include "crypto/base64.hpp"

namespace recycled::webhooks {
namespace {

using crypto::Secret;

// The vector that the libraries of Standard Webhooks are tested with.
const Secret published("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
const Instant published_at = from_millis(1'614'265'330'000);
const char* const published_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const char* const published_body = R"({"test": 2432232314})";
const char* const published_signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

Secret secret_of(std::size_t bytes) {
  return Secret("whsec_" + crypto::to_base64(std::string(bytes, 'k')));
}

TEST_CASE("a signature is that of Standard Webhooks' published vector") {
  const auto key = decode_secret(published);
  REQUIRE(key.has_value());
  CHECK(signatures({*key}, published_id, published_at, published_body) == published_signature);
  CHECK(timestamp_of(published_at) == "1614265330");
  // Milliseconds are cut off, in the signature as in its header.
  const Instant later = published_at + Millis(999);
  CHECK(timestamp_of(later) == "1614265330");
  CHECK(signatures({*key}, published_id, later, published_body) == published_signature);
}

TEST_CASE("a signature depends on id, second, body and key") {
  const auto key = decode_secret(published);
  const auto other = decode_secret(secret_of(32));
  CHECK(signatures({*key}, "msg_other", published_at, published_body) != published_signature);
  CHECK(signatures({*key}, published_id, published_at + Millis(1000), published_body) !=
        published_signature);
  CHECK(signatures({*key}, published_id, published_at, "{}") != published_signature);
  CHECK(signatures({*other}, published_id, published_at, published_body) != published_signature);
}

TEST_CASE("in a rotation every key signs, in the order of the config") {
  const auto key = decode_secret(published);
  const auto other = decode_secret(secret_of(32));
  const auto alone = signatures({*other}, published_id, published_at, published_body);
  CHECK(signatures({*key, *other}, published_id, published_at, published_body) ==
        std::string(published_signature) + " " + alone);
}

TEST_CASE("S1: a webhook secret is whsec_ and base64 of 24 to 64 bytes, and is never quoted") {
  CHECK(decode_secret(secret_of(24)).has_value());
  CHECK(decode_secret(secret_of(64)).has_value());
  for (const Secret& wrong :
       {secret_of(23), secret_of(65), Secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"), Secret("whsec_"), Secret("")}) {
    const auto key = decode_secret(wrong);
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().fault == Fault::invalid);
    CHECK(key.error().message.find("MfKQ9") == std::string::npos);
  }
}

}  // namespace
}  // namespace recycled::webhooks
