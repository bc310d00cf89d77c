#include "reception/callback_keys.hpp"

#include <utility>

#include "crypto/digest.hpp"
#include "crypto/secret_file.hpp"

namespace recycled {
namespace {

Result<flexfactor::SigningKey> read_key(const config::SigningKeyFile& from,
                                        const ports::Calendar& calendar) {
  auto text = crypto::read_secret_file(from.file);
  if (!text) return Failure(text.error());
  auto bytes = decode_key_file(*text, from);
  if (!bytes) return Failure(bytes.error());
  flexfactor::SigningKey key;
  key.secret = *bytes;
  key.name = from.file.path.filename().string();
  if (from.from) key.from = calendar.start_of(*from.from);
  if (from.until) key.until = calendar.start_of(*from.until);
  return key;
}

// FlexFactor may give one key to several accounts.
std::vector<GatewayId> holders(const flexfactor::SigningKey& key, const CallbackKeys& keys,
                               const std::vector<GatewayId>& owners) {
  std::vector<GatewayId> found;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    const auto& other = keys.trust.keys[i].secret;
    if (crypto::equal_in_constant_time(other.reveal(), key.secret.reveal())) {
      found.push_back(owners[i]);
    }
  }
  return found;
}

}  // namespace

Result<crypto::Secret> decode_key_file(const crypto::Secret& text,
                                       const config::SigningKeyFile& file) {
  auto bytes = flexfactor::decode_signing_key(text);
  if (bytes) return std::move(*bytes);
  return fail(Fault::invalid, file.file.path.string() + ": the signing key is not base64");
}

Result<CallbackKeys> read_callback_keys(const config::Settings& settings,
                                        const ports::Calendar& calendar) {
  CallbackKeys keys;
  keys.trust.public_host = settings.callbacks.public_host;
  keys.success_code = settings.callbacks.success_code;
  keys.trust.window = settings.callbacks.window;
  keys.trust.body_signature = settings.callbacks.accept_body_signature
                                  ? flexfactor::BodySignature::accepted
                                  : flexfactor::BodySignature::refused;
  std::vector<GatewayId> owners;  // of the keys, in their order
  for (const auto& [gateway, account] : settings.accounts) {
    for (const auto& file : account.hmac_signing_key_files) {
      auto key = read_key(file, calendar);
      if (!key) return Failure(key.error());
      keys.trust.keys.push_back(std::move(*key));
      keys.environments.push_back(account.environment);
      owners.push_back(gateway);
    }
  }
  for (const auto& key : keys.trust.keys) keys.signers.push_back(holders(key, keys, owners));
  return keys;
}

}  // namespace recycled
