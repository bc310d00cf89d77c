// Whether a callback comes from FlexFactor. Source: flexfactor.md "Callbacks", lessons.md 15.
// Everything is computed over the raw bytes as they came.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "crypto/secret.hpp"
#include "http/message.hpp"

namespace recycled::flexfactor {

// Whether `x-fc-signature` alone will do. It covers the body and neither nonce nor date.
enum class BodySignature { refused, accepted };

// One of the account's keys. In a rotation several count at one time, each inside its dates.
struct SigningKey {
  crypto::HmacKey secret;        // base64-decoded
  std::string name;              // for people: its file's
  std::optional<Instant> from;   // the first instant at which it counts
  std::optional<Instant> until;  // the first at which it counts no more

  bool counts_at(Instant at) const { return (!from || at >= *from) && (!until || at < *until); }
};

struct CallbackTrust {
  std::vector<SigningKey> keys;
  std::string public_host;                  // the host FlexFactor signs; never the request's
  Millis window = std::chrono::minutes(5);  // how far off its date may be, either way
  BodySignature body_signature = BodySignature::refused;
  std::vector<std::string> likely_hosts{};  // tried only to explain why a signature does not hold
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
  wrong_host,          // it holds for a host the request names: public_host or the portal is wrong
  key_out_of_date,     // it holds, by a key that did not count on the day it was signed
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

// One thing a signature depends on, and how it stands.
struct SignaturePart {
  enum class State { holds, differs, unknown };

  std::string_view name;  // "headers", "date", "content", "signature"
  State state = State::unknown;
  std::string detail;  // what was compared; of one that differs: with what, and what to do
};
std::string_view to_text(SignaturePart::State state);  // the enumerator's name

// The same question for a person who wants to know why: every part, whatever the others say. A
// signature that does not hold for `trust.public_host` is tried for the hosts it may have been
// made for. All parts hold exactly if verify() says so of a full signature.
std::vector<SignaturePart> diagnose(const http::Headers& headers, std::string_view body,
                                    const CallbackTrust& trust, Instant now);

// The headers FlexFactor would send with `body` (all but Host).
http::Headers sign(const crypto::HmacKey& key, const std::string& nonce, Instant at,
                   const std::string& host, std::string_view body);

// The content of a configured HMACSigningKey; nothing if it is not base64.
std::optional<crypto::Secret> decode_signing_key(const crypto::Secret& base64);

}  // namespace recycled::flexfactor
