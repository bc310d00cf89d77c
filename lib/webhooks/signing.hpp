// The signature of Standard Webhooks (standardwebhooks.com, version 1): HMAC-SHA256 over
// "id.timestamp.body", in base64 after "v1,".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/secret.hpp"

namespace recycled::webhooks {

// The key's bytes of "whsec_" and base64. Fault::invalid, without the text, for anything else and
// for a key of less than 24 or more than 64 bytes, which the standard refuses.
Result<crypto::Secret> decode_secret(const crypto::Secret& text);

// "v1,… v1,…": one signature for each key, so that a receiver may know either in a rotation.
std::string signatures(const std::vector<crypto::Secret>& keys, std::string_view id, Instant at,
                       std::string_view body);

// Seconds since 1970, as webhook-timestamp has it.
std::string timestamp_of(Instant at);

}  // namespace recycled::webhooks
