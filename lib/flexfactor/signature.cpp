#include "flexfactor/signature.hpp"

#include <algorithm>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "flexfactor/signing.hpp"

namespace recycled::flexfactor {

namespace {

NotVerified refuse(CallbackFault fault, std::string detail) { return {fault, std::move(detail)}; }

void note(MatchingKey& match, const SigningKey& key, std::size_t index, Instant at) {
  (key.counts_at(at) ? match.counting : match.other) = index;
}

NotVerified refuse_key(const CallbackTrust& trust, std::size_t key, Instant signed_at) {
  return refuse(CallbackFault::key_out_of_date, out_of_date(trust.keys[key], signed_at));
}

// The body's own hash stands in for the nonce: nothing else that came is protected.
Verdict verify_body_alone(const std::string& signature, std::string_view body,
                          const CallbackTrust& trust, Instant now) {
  const MatchingKey match = key_for_body(signature, body, trust, now);
  if (match.counting) return Verified{*match.counting, "body:" + content_hash(body), now};
  if (match.other) return refuse_key(trust, *match.other, now);
  return refuse(CallbackFault::wrong_signature, "x-fc-signature is of none of the signing keys");
}

// Tells a wrong key from a wrong host: the one the request names is the likeliest other.
NotVerified explain_mismatch(const Signed& given, const http::Headers& headers,
                             const CallbackTrust& trust) {
  for (const std::string& host : other_hosts(headers, trust)) {
    if (!key_for(given, host, trust).any()) continue;
    return refuse(CallbackFault::wrong_host, "the signature holds for the host '" + host +
                                                 "', and not for '" + trust.public_host + "'");
  }
  return refuse(CallbackFault::wrong_signature,
                "the signature is of none of the signing keys for the host '" + trust.public_host +
                    "', nor for any other that is likely");
}

Verdict verify_full(const Signed& given, const http::Headers& headers, std::string_view body,
                    const CallbackTrust& trust, Instant now) {
  if (auto stale = objection_to(given.date, trust.window, now)) {
    return refuse(CallbackFault::stale_date, std::move(*stale));
  }
  if (!crypto::equal_in_constant_time(content_hash(body), given.hash)) {
    return refuse(CallbackFault::wrong_content_hash,
                  "x-fc-content-sha512 is not the hash of the body received");
  }
  const Instant signed_at = *http::parse_http_date(given.date);
  const MatchingKey match = key_for(given, trust.public_host, trust);
  if (match.counting) return Verified{*match.counting, given.nonce, signed_at};
  if (match.other) return refuse_key(trust, *match.other, signed_at);
  return explain_mismatch(given, headers, trust);
}

}  // namespace

// --- signing.hpp ---

Signed signed_in(const http::Headers& headers) {
  Signed given;
  for (const auto& [name, member] : signature_headers) {
    given.*member = http::find_header(headers, name).value_or("");
  }
  return given;
}

std::string content_hash(std::string_view body) { return crypto::to_base64(crypto::sha512(body)); }

std::string mac(const crypto::HmacKey& key, std::string_view data) {
  return crypto::to_base64(key.of(data));
}

std::string string_to_sign(const Signed& given, std::string_view host) {
  std::string text = "POST\n";
  text += given.nonce + ";" + given.date + ";";
  text += host;
  text += ";" + given.hash;
  return text;
}

MatchingKey key_for(const Signed& given, std::string_view host, const CallbackTrust& trust) {
  const std::string text = string_to_sign(given, host);
  const Instant signed_at = http::parse_http_date(given.date).value_or(Instant());
  MatchingKey match;
  for (std::size_t i = 0; i < trust.keys.size(); ++i) {
    const std::string expected = std::string(signature_head) + mac(trust.keys[i].secret, text);
    if (!crypto::equal_in_constant_time(expected, given.authorization)) continue;
    note(match, trust.keys[i], i, signed_at);
  }
  return match;
}

MatchingKey key_for_body(const std::string& signature, std::string_view body,
                         const CallbackTrust& trust, Instant at) {
  MatchingKey match;
  for (std::size_t i = 0; i < trust.keys.size(); ++i) {
    if (!crypto::equal_in_constant_time(mac(trust.keys[i].secret, body), signature)) continue;
    note(match, trust.keys[i], i, at);
  }
  return match;
}

std::optional<std::string> objection_to(const std::string& date, Millis window, Instant now) {
  const auto signed_at = http::parse_http_date(date);
  if (!signed_at) return "x-fc-date is unreadable";
  const Millis off = now - *signed_at;
  if (off <= window && off >= -window) return std::nullopt;
  const std::string side = off > Millis(0) ? " behind" : " ahead of";
  const Millis shown = std::chrono::ceil<std::chrono::seconds>(std::chrono::abs(off));
  return "x-fc-date is " + recycled::to_text(shown) + side + " this clock; the window is " +
         recycled::to_text(window);
}

std::string out_of_date(const SigningKey& key, Instant signed_at) {
  std::string text = "signing key '" + key.name + "' counts";
  if (key.from) text += " from " + to_iso8601(*key.from);
  if (key.until) text += " until " + to_iso8601(*key.until);
  return text + ", and this was signed at " + to_iso8601(signed_at);
}

std::vector<std::string> other_hosts(const http::Headers& headers, const CallbackTrust& trust) {
  std::vector<std::string> hosts;
  const auto add = [&](const std::string& host) {
    const bool known = host == trust.public_host || std::ranges::find(hosts, host) != hosts.end();
    if (!host.empty() && !known) hosts.push_back(host);
  };
  const auto own = http::find_header(headers, "host").value_or("");
  const auto forwarded = http::find_header(headers, "x-forwarded-host").value_or("");
  std::vector<std::string> likely{own, forwarded, trust.public_host};
  likely.insert(likely.end(), trust.likely_hosts.begin(), trust.likely_hosts.end());
  for (const std::string& host : likely) {
    add(host);
    add(host.substr(0, host.rfind(':')));
  }
  return hosts;
}

// --- signature.hpp ---

std::string_view to_text(CallbackFault fault) {
  switch (fault) {
    case CallbackFault::missing_header:
      return "missing_header";
    case CallbackFault::stale_date:
      return "stale_date";
    case CallbackFault::wrong_content_hash:
      return "wrong_content_hash";
    case CallbackFault::wrong_signature:
      return "wrong_signature";
    case CallbackFault::wrong_host:
      return "wrong_host";
    case CallbackFault::key_out_of_date:
      return "key_out_of_date";
  }
  return {};
}

Verdict verify(const http::Headers& headers, std::string_view body, const CallbackTrust& trust,
               Instant now) {
  const auto body_signature = http::find_header(headers, "x-fc-signature");
  if (trust.body_signature == BodySignature::accepted && body_signature &&
      !http::find_header(headers, "x-fc-authorization")) {
    return verify_body_alone(*body_signature, body, trust, now);
  }
  const Signed given = signed_in(headers);
  for (const auto& [name, member] : signature_headers) {
    if (!(given.*member).empty()) continue;
    return refuse(CallbackFault::missing_header, std::string(name) + " is missing");
  }
  return verify_full(given, headers, body, trust, now);
}

http::Headers sign(const crypto::HmacKey& key, const std::string& nonce, Instant at,
                   const std::string& host, std::string_view body) {
  const Signed given{nonce, http::to_http_date(at), content_hash(body), {}};
  return {
      {"x-fc-nonce", given.nonce},
      {"x-fc-date", given.date},
      {"x-fc-content-sha512", given.hash},
      {"x-fc-authorization", std::string(signature_head) + mac(key, string_to_sign(given, host))},
      {"x-fc-signature", mac(key, body)}};
}

std::optional<crypto::Secret> decode_signing_key(const crypto::Secret& base64) {
  auto bytes = crypto::from_base64(base64);
  if (bytes && bytes->empty()) return std::nullopt;
  return bytes;
}

}  // namespace recycled::flexfactor
