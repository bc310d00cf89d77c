#include "webhooks/signing.hpp"

#include <chrono>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace recycled::webhooks {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;

}  // namespace

Result<crypto::Secret> decode_secret(const crypto::Secret& text) {
  const std::string_view whole = text.reveal();
  if (!whole.starts_with(prefix)) {
    return fail(Fault::invalid, "the webhook secret does not begin with \"whsec_\"");
  }
  const crypto::Secret encoded{std::string(whole.substr(prefix.size()))};
  auto key = crypto::from_base64(encoded);
  if (!key) return fail(Fault::invalid, "the webhook secret is not base64 after \"whsec_\"");
  const std::size_t size = key->reveal().size();
  if (size < shortest_key || size > longest_key) {
    return fail(Fault::invalid, "the webhook secret is of " + std::to_string(size) +
                                    " bytes; 24 to 64 are allowed");
  }
  return *key;
}

std::string timestamp_of(Instant at) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch());
  return std::to_string(seconds.count());
}

std::string signatures(const std::vector<crypto::Secret>& keys, std::string_view id, Instant at,
                       std::string_view body) {
  std::string signed_text(id);
  signed_text += ".";
  signed_text += timestamp_of(at);
  signed_text += ".";
  signed_text += body;
  std::string text;
  for (const crypto::Secret& key : keys) {
    text += text.empty() ? "v1," : " v1,";
    text += crypto::to_base64(crypto::hmac_sha256(key.reveal(), signed_text));
  }
  return text;
}

}  // namespace recycled::webhooks
