#include "flexfactor/callback.hpp"

#include <array>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

namespace {

using billing::News;

constexpr std::string_view signature_head =
    "HMAC-SHA512 SignedHeaders=x-fc-nonce;x-fc-date;host;x-fc-content-sha512&Signature=";

// The headers of a full signature, as they came.
struct Signed {
  std::string nonce;
  std::string date;
  std::string hash;
  std::string authorization;
};

std::string content_hash(std::string_view body) { return crypto::to_base64(crypto::sha512(body)); }

std::string mac(const crypto::Secret& key, std::string_view data) {
  return crypto::to_base64(crypto::hmac_sha512(key.reveal(), data));
}

std::string string_to_sign(const Signed& given, std::string_view host) {
  std::string text = "POST\n";
  text += given.nonce + ";" + given.date + ";";
  text += host;
  text += ";" + given.hash;
  return text;
}

// Which of the keys signed for `host`. Every key is tried, so that the time taken tells nothing.
std::optional<std::size_t> key_for(const Signed& given, std::string_view host,
                                   const std::vector<crypto::Secret>& keys) {
  const std::string text = string_to_sign(given, host);
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string expected = std::string(signature_head) + mac(keys[i], text);
    if (crypto::equal_in_constant_time(expected, given.authorization)) found = i;
  }
  return found;
}

NotVerified refuse(CallbackFault fault, std::string detail) { return {fault, std::move(detail)}; }

// The body's own hash stands in for the nonce: nothing else that came is protected.
Verdict verify_body_alone(const std::string& signature, std::string_view body,
                          const CallbackTrust& trust, Instant now) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < trust.keys.size(); ++i) {
    if (crypto::equal_in_constant_time(mac(trust.keys[i], body), signature)) found = i;
  }
  if (!found) {
    return refuse(CallbackFault::wrong_signature, "x-fc-signature is of none of the signing keys");
  }
  return Verified{*found, "body:" + content_hash(body), now};
}

std::optional<NotVerified> check_date(const std::string& date, Millis window, Instant now) {
  const auto signed_at = http::parse_http_date(date);
  if (!signed_at) return refuse(CallbackFault::stale_date, "x-fc-date is unreadable");
  const Millis off = now - *signed_at;
  if (off <= window && off >= -window) return std::nullopt;
  const std::string side = off > Millis(0) ? " behind" : " ahead of";
  return refuse(CallbackFault::stale_date,
                "x-fc-date is " + recycled::to_text(std::chrono::abs(off)) + side +
                    " this clock; the window is " + recycled::to_text(window));
}

// A host without its port: some senders sign one, some the other.
std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return colon == std::string_view::npos ? host : host.substr(0, colon);
}

// Tells a wrong key from a wrong host: the one the request was sent to is the likeliest other.
NotVerified explain_mismatch(const Signed& given, const http::Headers& headers,
                             const CallbackTrust& trust) {
  const std::string own = http::find_header(headers, "host").value_or("");
  for (const std::string_view host : {std::string_view(own), without_port(own)}) {
    if (host.empty() || !key_for(given, host, trust.keys)) continue;
    return refuse(CallbackFault::wrong_host,
                  "the signature holds for the host '" + std::string(host) +
                      "' of the request, but callbacks.public_host is '" + trust.public_host + "'");
  }
  return refuse(CallbackFault::wrong_signature,
                "the signature is of none of the signing keys for the host '" + trust.public_host +
                    "', nor for the request's own");
}

Verdict verify_full(const Signed& given, const http::Headers& headers, std::string_view body,
                    const CallbackTrust& trust, Instant now) {
  if (auto refused = check_date(given.date, trust.window, now)) return *refused;
  if (!crypto::equal_in_constant_time(content_hash(body), given.hash)) {
    return refuse(CallbackFault::wrong_content_hash,
                  "x-fc-content-sha512 is not the hash of the body received");
  }
  const auto key = key_for(given, trust.public_host, trust.keys);
  if (!key) return explain_mismatch(given, headers, trust);
  return Verified{*key, given.nonce, *http::parse_http_date(given.date)};
}

struct EventRow {
  std::string_view event;  // in lower case; a trailing '*' stands for any rest
  std::optional<News> news;
};

constexpr std::array event_table{
    EventRow{"order.completed", News::completed},
    EventRow{"order.expired", News::expired},
    EventRow{"order.cancelled", News::cancelled},
    EventRow{"order.refunded", News::refunded},
    EventRow{"order.capturerequired", News::capture_required},
    EventRow{"payment.chargeback.received", News::charged_back},
    EventRow{"challenge.*", News::challenge},
    EventRow{"payout.*", std::nullopt},
    EventRow{"*", News::strange},
};

bool fits(std::string_view pattern, std::string_view event) {
  if (!pattern.ends_with('*')) return pattern == event;
  return event.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::optional<News> news_of(std::string_view event) {
  const std::string word = lower(event);
  for (const auto& row : event_table) {
    if (fits(row.event, word)) return row.news;
  }
  return News::strange;
}

}  // namespace

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
  Signed given;
  const std::array<std::pair<const char*, std::string*>, 4> wanted{{
      {"x-fc-nonce", &given.nonce},
      {"x-fc-date", &given.date},
      {"x-fc-content-sha512", &given.hash},
      {"x-fc-authorization", &given.authorization},
  }};
  for (const auto& [name, value] : wanted) {
    *value = http::find_header(headers, name).value_or("");
    if (value->empty()) {
      return refuse(CallbackFault::missing_header, std::string(name) + " is missing");
    }
  }
  return verify_full(given, headers, body, trust, now);
}

http::Headers sign(const crypto::Secret& key, const std::string& nonce, Instant at,
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
  auto bytes = crypto::from_base64(base64.reveal());
  if (!bytes || bytes->empty()) return std::nullopt;
  return crypto::Secret(std::move(*bytes));
}

Result<Callback> parse_callback(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed) return fail(Fault::invalid, "the body is no JSON object");
  Callback callback;
  callback.event = text_at(*parsed, "Event");
  if (callback.event.empty()) return fail(Fault::invalid, "the body names no Event");
  callback.news = news_of(callback.event);
  callback.order = OrderId(text_at(*parsed, "ExternalOrderId"));
  callback.provider_order = ProviderOrderId(text_at(*parsed, "OrderId"));
  if (callback.news && callback.order.empty() && callback.provider_order.empty()) {
    return fail(Fault::invalid, "the body names neither ExternalOrderId nor OrderId");
  }
  callback.happened_at = parse_instant(text_at(*parsed, "TimeStamp"));
  callback.is_test = is_true(*parsed, "IsTestMode");
  callback.is_resent = is_true(*parsed, "IsResent");
  return callback;
}

}  // namespace recycled::flexfactor
