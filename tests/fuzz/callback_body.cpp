#include <string>

#include "base/ensure.hpp"
#include "flexfactor/callback.hpp"
#include "fuzz/targets.hpp"

namespace recycled::fuzz {

// Read or refused with a reason, the same each time; and whatever it says, a signature made for
// these bytes holds for them and for no others.
void callback_body(std::string_view bytes) {
  const auto read = flexfactor::parse_callback(bytes);
  ensure(read == flexfactor::parse_callback(bytes), "the same bytes read the same");
  if (!read) {
    ensure(!read.error().message.empty(), "a refusal has a reason");
    ensure(read.error().message.size() < 1000, "a refusal is short");
  }

  flexfactor::CallbackTrust trust;
  trust.keys = {{crypto::Secret("a key"), "key", {}, {}}};
  trust.public_host = "billing.example.com";
  const Instant now = *parse_instant("2026-11-23T09:00:00Z");
  const auto& secret = trust.keys[0].secret;
  const auto headers = flexfactor::sign(secret, "nonce", now, trust.public_host, bytes);
  const auto holds = [&](std::string_view body) {
    const auto verdict = flexfactor::verify(headers, body, trust, now);
    return std::holds_alternative<flexfactor::Verified>(verdict);
  };
  ensure(holds(bytes), "a body verifies under its own signature");
  ensure(!holds(std::string(bytes) + " "), "another body does not");
}

}  // namespace recycled::fuzz
