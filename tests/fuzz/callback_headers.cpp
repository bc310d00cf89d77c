#include <string>

#include "base/ensure.hpp"
#include "flexfactor/callback.hpp"
#include "fuzz/targets.hpp"

namespace recycled::fuzz {

namespace {

// Of the reference callback, so that the corpus can hold one that verifies.
constexpr const char* key_base64 =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
constexpr const char* received = "2026-11-20T08:30:20Z";

struct Message {
  http::Headers headers;
  std::string_view body;
};

// "name: value" lines up to an empty one.
Message take_apart(std::string_view bytes) {
  Message message;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end);
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
    if (line.empty()) break;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    message.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  message.body = bytes;
  return message;
}

// Whoever is believed must have signed exactly this: made anew, its signature comes out the same.
void check_believed(const flexfactor::Verified& verified, const Message& message,
                    const flexfactor::CallbackTrust& trust) {
  const auto& secret = trust.keys[verified.key].secret;
  const auto again =
      flexfactor::sign(secret, verified.nonce, verified.signed_at, trust.public_host, message.body);
  if (verified.nonce.starts_with("body:")) {
    ensure(http::find_header(again, "x-fc-signature") ==
               http::find_header(message.headers, "x-fc-signature"),
           "a believed body signature is the one of the body");
    return;
  }
  ensure(http::find_header(again, "x-fc-authorization") ==
             http::find_header(message.headers, "x-fc-authorization"),
         "a believed signature is the one of nonce, date, host and body");
}

}  // namespace

void callback_headers(std::string_view bytes) {
  const Message message = take_apart(bytes);
  flexfactor::CallbackTrust trust;
  trust.keys = {{crypto::Secret("an older key"), "older", {}, {}},
                {*flexfactor::decode_signing_key(crypto::Secret(key_base64)), "newer", {}, {}}};
  trust.public_host = "billing.example.com";
  for (const auto body_signature :
       {flexfactor::BodySignature::refused, flexfactor::BodySignature::accepted}) {
    trust.body_signature = body_signature;
    const auto verdict =
        flexfactor::verify(message.headers, message.body, trust, *parse_instant(received));
    if (const auto* verified = std::get_if<flexfactor::Verified>(&verdict)) {
      check_believed(*verified, message, trust);
    } else {
      ensure(!std::get<flexfactor::NotVerified>(verdict).detail.empty(), "a refusal says why");
    }
  }
}

}  // namespace recycled::fuzz
