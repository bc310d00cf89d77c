// The arithmetic of a callback's signature, for signature.cpp and diagnosis.cpp alone.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flexfactor/signature.hpp"

namespace recycled::flexfactor {

inline constexpr std::string_view signature_head =
    "HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;x-fc-content-sha512&Signature=";

// The headers of a full signature, as they came; empty where there is none.
struct Signed {
  std::string nonce;
  std::string date;
  std::string hash;
  std::string authorization;
};

inline constexpr std::array signature_headers{
    std::pair{"x-fc-nonce", &Signed::nonce},
    std::pair{"x-fc-date", &Signed::date},
    std::pair{"x-fc-content-sha512", &Signed::hash},
    std::pair{"x-fc-authorization", &Signed::authorization},
};
Signed signed_in(const http::Headers& headers);

std::string content_hash(std::string_view body);
std::string mac(const crypto::HmacKey& key, std::string_view data);
std::string string_to_sign(const Signed& given, std::string_view host);

// A key that made a signature: one that counted then, or else one that did not.
struct MatchingKey {
  std::optional<std::size_t> counting;
  std::optional<std::size_t> other;

  std::optional<std::size_t> any() const { return counting ? counting : other; }
};
// Which of the keys signed for `host`. Every key is tried, so that the time taken tells nothing.
MatchingKey key_for(const Signed& given, std::string_view host, const CallbackTrust& trust);
// … the body alone, at `at`.
MatchingKey key_for_body(const std::string& signature, std::string_view body,
                         const CallbackTrust& trust, Instant at);

// Why the date will not do, if it will not.
std::optional<std::string> objection_to(const std::string& date, Millis window, Instant now);
// "signing key 'old' counts from 2026-01-01T05:00:00Z until …, and it was signed at …"
std::string out_of_date(const SigningKey& key, Instant signed_at);
// The hosts that a sender may have signed when it was not `trust.public_host`: those the request
// names and `trust.likely_hosts`, each without its port too. They explain a refusal, and never
// vouch for anything.
std::vector<std::string> other_hosts(const http::Headers& headers, const CallbackTrust& trust);

}  // namespace recycled::flexfactor
