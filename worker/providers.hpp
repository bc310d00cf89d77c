// The FlexFactor accounts of the config, each behind its own connections.
#pragma once

#include <map>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "flexfactor/client.hpp"
#include "http/client.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"
#include "telemetry/log.hpp"

namespace recycled {

// How an account is reached: where it is, what certificates count, how long we wait.
http::ClientSettings wire_settings(const config::Settings& settings,
                                   const config::FlexFactorAccount& account);

class ProviderSet final : public ports::Providers {
 public:
  // Reads the accounts' secrets and hides them from the log. Fault::invalid names the account and
  // what is wrong with it. The references outlive the set.
  static Result<std::unique_ptr<ProviderSet>> make(boost::asio::any_io_executor executor,
                                                   const config::Settings& settings,
                                                   const ports::Clock& clock, telemetry::Log& log);

  // Reads the secrets again, of every account by itself. Fault::invalid names the files that cannot
  // be used; their accounts go on with what they have.
  Result<void> renew(const config::Settings& settings, telemetry::Log& log);

  ports::Provider* find(const GatewayId& gateway) override;
  // The same, as what it is. The gateway is one of the config's accounts.
  flexfactor::Client& client(const GatewayId& gateway) { return *accounts_.at(gateway).client; }

 private:
  struct Connected {
    std::unique_ptr<http::Client> transport;
    std::unique_ptr<flexfactor::Client> client;
  };
  std::map<GatewayId, Connected> accounts_;
};

}  // namespace recycled
