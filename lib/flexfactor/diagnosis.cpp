// Why a signature does not hold: each part by itself, and what else would have made it hold.
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "flexfactor/signing.hpp"

namespace recycled::flexfactor {

namespace {

using State = SignaturePart::State;

SignaturePart headers_part(const Signed& given) {
  SignaturePart part{"headers", State::holds, "all four of a signature are there"};
  std::string missing;
  for (const auto& [name, member] : signature_headers) {
    if ((given.*member).empty()) missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (!missing.empty()) {
    part = {"headers", State::differs,
            "missing or empty: " + missing +
                "; a proxy may drop headers that it does not know, and has to pass these on"};
  } else if (!given.authorization.starts_with(signature_head)) {
    part = {"headers", State::differs,
            "x-fc-authorization does not begin with '" + std::string(signature_head) + "'"};
  }
  return part;
}

SignaturePart date_part(const Signed& given, const CallbackTrust& trust, Instant now) {
  if (given.date.empty()) return {"date", State::unknown, "there is none"};
  auto objection = objection_to(given.date, trust.window, now);
  if (!objection) return {"date", State::holds, given.date + " is inside the window"};
  const auto at = http::parse_http_date(given.date);
  *objection += at ? "; to judge it as of its own time, say --at " + to_iso8601(*at)
                   : "; it has to look like 'Fri, 20 Nov 2026 08:30:15 GMT'";
  return {"date", State::differs, *std::move(objection)};
}

SignaturePart content_part(const Signed& given, std::string_view body) {
  if (given.hash.empty()) return {"content", State::unknown, "there is no x-fc-content-sha512"};
  if (given.hash == content_hash(body)) {
    return {"content", State::holds, "x-fc-content-sha512 is the hash of the body"};
  }
  std::string why = "x-fc-content-sha512 is not the hash of this body, which hashes to " +
                    content_hash(body) + "; ";
  const std::string_view trimmed = body.substr(0, body.find_last_not_of("\r\n") + 1);
  if (trimmed.size() < body.size() && given.hash == content_hash(trimmed)) {
    why += "it is without the line end at the end of the body: leave that out";
  } else {
    why += "the body was changed on the way, or written anew instead of byte for byte";
  }
  return {"content", State::differs, std::move(why)};
}

// Whether it would hold if the keys' text had been used as it is, without decoding it.
bool holds_undecoded(const Signed& given, CallbackTrust trust) {
  for (SigningKey& key : trust.keys) {
    key.secret = crypto::Secret(crypto::to_base64(key.secret.reveal()));
  }
  return key_for(given, trust.public_host, trust).any().has_value();
}

// What the signature of the body alone tells: whether the key is right.
std::string what_the_body_signature_says(const http::Headers& headers, std::string_view body,
                                         const CallbackTrust& trust, Instant now) {
  const auto signature = http::find_header(headers, "x-fc-signature");
  if (!signature) return "the key, the host, the nonce or the date is another";
  const auto key = key_for_body(*signature, body, trust, now).any();
  if (!key) return "x-fc-signature does not hold either, so the key is another";
  return "x-fc-signature holds by key '" + trust.keys[*key].name +
         "', so the key is right, and the host, the nonce or the date is another";
}

std::string signed_for(const std::string& host, const SigningKey& key, const CallbackTrust& trust) {
  return "it holds for the host '" + host + "' by key '" + key.name + "', not for '" +
         trust.public_host +
         "': FlexFactor signs the host of the callback URL it was given, so set "
         "callbacks.public_host = \"" +
         host + "\", or register the other URL with FlexFactor";
}

SignaturePart mismatch(const Signed& given, const http::Headers& headers, std::string_view body,
                       const CallbackTrust& trust, Instant now) {
  const auto hosts = other_hosts(headers, trust);
  std::string tried = "'" + trust.public_host + "'";
  for (const std::string& host : hosts) {
    if (const auto key = key_for(given, host, trust).any()) {
      return {"signature", State::differs, signed_for(host, trust.keys[*key], trust)};
    }
    tried.append(", '").append(host).append("'");
  }
  if (holds_undecoded(given, trust)) {
    return {"signature", State::differs, "the key was used as text, without base64-decoding it"};
  }
  return {"signature", State::differs,
          "it is of none of the " + std::to_string(trust.keys.size()) + " key(s) for the host(s) " +
              tried + ": " + what_the_body_signature_says(headers, body, trust, now)};
}

SignaturePart signature_part(const Signed& given, const http::Headers& headers,
                             std::string_view body, const CallbackTrust& trust, Instant now) {
  const MatchingKey match = key_for(given, trust.public_host, trust);
  if (match.counting) {
    return {"signature", State::holds,
            "by key '" + trust.keys[*match.counting].name + "' for the host '" + trust.public_host +
                "'"};
  }
  if (match.other) {
    const Instant signed_at = http::parse_http_date(given.date).value_or(Instant());
    return {"signature", State::differs, out_of_date(trust.keys[*match.other], signed_at)};
  }
  if (given.authorization.empty()) return {"signature", State::unknown, "there is none"};
  return mismatch(given, headers, body, trust, now);
}

}  // namespace

std::string_view to_text(SignaturePart::State state) {
  switch (state) {
    case State::holds:
      return "holds";
    case State::differs:
      return "differs";
    case State::unknown:
      return "unknown";
  }
  return {};
}

std::vector<SignaturePart> diagnose(const http::Headers& headers, std::string_view body,
                                    const CallbackTrust& trust, Instant now) {
  const Signed given = signed_in(headers);
  return {headers_part(given), date_part(given, trust, now), content_part(given, body),
          signature_part(given, headers, body, trust, now)};
}

}  // namespace recycled::flexfactor
