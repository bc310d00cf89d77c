// The signing keys of the config's accounts, and whom a callback is believed.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "flexfactor/signature.hpp"
#include "ports/calendar.hpp"

namespace recycled {

// Whose signing keys count, and which of them belong to live accounts.
struct CallbackKeys {
  flexfactor::CallbackTrust trust;
  std::vector<config::Environment> environments;  // of the keys, in their order
  std::vector<std::vector<GatewayId>> signers;    // likewise: the gateways that have that key
  int success_code = 200;                         // what tells FlexFactor that it was taken
};

// The key that a file's text holds. Fault::invalid: it is no base64.
Result<crypto::Secret> decode_key_file(const crypto::Secret& text,
                                       const config::SigningKeyFile& file);

// Reads the key files. Fault::invalid names the one that cannot be used.
Result<CallbackKeys> read_callback_keys(const config::Settings& settings,
                                        const ports::Calendar& calendar);

}  // namespace recycled
