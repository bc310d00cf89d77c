// How the simulated provider behaves: rates, delays, faults, and the steering of single orders by
// their card token. All chance comes from one seed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "billing/rules.hpp"
#include "crypto/digest.hpp"
#include "crypto/secret.hpp"
#include "flexfactor/quirks.hpp"

namespace recycled::flexfactor {

// What goes wrong on purpose. The words are the names of `--fault` and `POST /sim/faults`.
enum class SimulatedFault {
  callback_late,       // an hour or so (Behaviour::late_callback) after its time
  callback_twice,      // again a little later, marked as resent
  callback_early,      // before the reply to evaluate
  callback_reordered,  // after the one that should follow it
  callback_lost,       // never
  error_429,           // not processed; with Retry-After
  error_5xx,           // not processed
  error_5xx_after,     // processed
  stall,               // no answer; processed or not, by chance
  reset_after_read,    // processed, then the connection is reset
  token_expired,       // 401 for a token that should have been good
};
std::string_view to_text(SimulatedFault fault);  // the enumerator's name
std::optional<SimulatedFault> parse_simulated_fault(std::string_view text);

// What becomes of one order.
enum class Fate {
  approve,
  decline,    // managed: for good; sync: "not now"
  expire,     // open until its expiry, then order.expired
  never,      // open for ever, without a word
  late,       // charged after its expiry, even if it was cancelled meanwhile
  challenge,  // the payer must act
  capture,    // authorised only
  refuse,     // HTTP 400
  cancel,     // cancelled by the provider's own doing
};

struct Behaviour {
  std::uint64_t seed = 1;
  int approve_percent = 60;
  int decline_percent = 30;  // the rest stays open until it expires
  Millis shortest_delay{200};
  Millis longest_delay{2'000};
  billing::MitMode mode = billing::MitMode::managed;
  std::optional<Millis> expire_after;          // counts instead of the request's expiryDateUtc
  Millis late_after = std::chrono::hours(12);  // how long after its expiry a `late` one is charged
  Millis late_callback = std::chrono::hours(1);
  Millis token_life = std::chrono::minutes(10);
  Millis repeat_window = std::chrono::hours(24);  // how long an idempotency key is remembered
  bool test_mode = true;                          // IsTestMode of its callbacks
  std::map<SimulatedFault, int> per_mille;        // how often each fault happens
  crypto::HmacKey signing_key;                    // of callbacks, base64-decoded
  std::string callback_host = "billing.example.com";
  crypto::Secret app_key;  // empty: any will do, and so with the secret
  crypto::Secret app_secret;
  crypto::Secret environment_key;  // of tokenization, and the mid there; empty: any will do
  std::string mid;
  Quirks quirks;
};

// A sequence of pseudo-random numbers that is the same everywhere (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // 0 .. sides-1.
  std::int64_t roll(std::int64_t sides);

 private:
  std::uint64_t state_;
};

// The fate of an order: what the prefix of its card token says ("approve", "decline", "pending",
// "late", "expire", "challenge", "capture", "refuse", "cancel"), else the rates. `order` and
// `attempt` decide the dice, so that it does not matter in which order requests arrive.
Fate fate_of(const Behaviour& behaviour, std::string_view card_token, std::string_view order,
             int attempt);

// The word a tokenized card's token is to begin with: steering by card number, of which the first
// six digits count (400001 approve, 400002 decline, …, and the sandbox's card that succeeds).
// Empty: the rates decide.
std::string_view steering_of_number(std::string_view card_number);

// Whether the token's prefix alone decides.
bool is_steered(std::string_view card_token);

}  // namespace recycled::flexfactor
