// Callbacks: whether a signature holds, and what the body says. Source: flexfactor.md "Callbacks",
// lessons.md 15. Everything is computed over the raw bytes as they came.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "billing/decide.hpp"
#include "crypto/secret.hpp"
#include "http/message.hpp"

namespace recycled::flexfactor {

// Whether `x-fc-signature` alone will do. It covers the body and neither nonce nor date.
enum class BodySignature { refused, accepted };

struct CallbackTrust {
  std::vector<crypto::Secret> keys;  // all live ones, base64-decoded
  std::string public_host;           // the host FlexFactor signs; never taken from the request
  Millis window = std::chrono::minutes(5);  // how far off its date may be, either way
  BodySignature body_signature = BodySignature::refused;
};

struct Verified {
  std::size_t key = 0;  // which of the keys
  std::string nonce;    // to be refused if seen before; of a body signature: a hash of the body
  Instant signed_at{};

  bool operator==(const Verified&) const = default;
};

enum class CallbackFault {
  missing_header,
  stale_date,          // unreadable, or outside the window
  wrong_content_hash,  // the body is not the one the sender hashed
  wrong_signature,     // of none of our keys
  wrong_host,          // it holds for the request's own Host: public_host or the portal is wrong
};
std::string_view to_text(CallbackFault fault);  // the enumerator's name

struct NotVerified {
  CallbackFault fault = CallbackFault::missing_header;
  std::string detail;  // a sentence for a person: which header, how far off, which host

  bool operator==(const NotVerified&) const = default;
};

using Verdict = std::variant<Verified, NotVerified>;

// Whether the nonce was seen before is the ledger's to know.
Verdict verify(const http::Headers& headers, std::string_view body, const CallbackTrust& trust,
               Instant now);

// The headers FlexFactor would send with `body` (all but Host).
http::Headers sign(const crypto::Secret& key, const std::string& nonce, Instant at,
                   const std::string& host, std::string_view body);

// The content of a configured HMACSigningKey; nothing if it is not base64.
std::optional<crypto::Secret> decode_signing_key(const crypto::Secret& base64);

struct Callback {
  std::string event;                  // as it came
  std::optional<billing::News> news;  // nothing: an event that is stored and ignored (payout.*)
  OrderId order;                      // ours
  ProviderOrderId provider_order;
  std::optional<Instant> happened_at;
  bool is_test = false;
  bool is_resent = false;

  bool operator==(const Callback&) const = default;
};

// Reads a body, whatever its content type said. Fault::invalid: it is no callback, and why.
Result<Callback> parse_callback(std::string_view body);

}  // namespace recycled::flexfactor
