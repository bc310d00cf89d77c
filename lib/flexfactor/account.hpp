// One FlexFactor account: what identifies the merchant there. Source: mission.md S1.
#pragma once

#include <string>

#include "base/id.hpp"
#include "crypto/secret.hpp"
#include "flexfactor/dialect.hpp"

namespace recycled::flexfactor {

struct Account {
  GatewayId gateway;  // its name in the config
  std::string mid;
  std::string site_id;
  crypto::Secret app_key;
  crypto::Secret app_secret;
  std::string descriptor;            // on the payer's statement; empty: not sent
  crypto::Secret environment_key{};  // of its tokenization; empty: no tokens are made
  Dialect dialect{};
};

}  // namespace recycled::flexfactor
