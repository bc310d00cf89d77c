#include "providers.hpp"

#include <utility>

#include "crypto/secret_file.hpp"

namespace recycled {

namespace {

flexfactor::InquiryBy inquiry_of(config::InquiryBy by) {
  switch (by) {
    case config::InquiryBy::orders:
      return flexfactor::InquiryBy::orders;
    case config::InquiryBy::outcome:
      return flexfactor::InquiryBy::outcome;
  }
  return flexfactor::InquiryBy::orders;
}

flexfactor::RepeatConflict conflict_of(config::RepeatConflict conflict) {
  switch (conflict) {
    case config::RepeatConflict::unknown:
      return flexfactor::RepeatConflict::unknown;
    case config::RepeatConflict::refused:
      return flexfactor::RepeatConflict::refused;
  }
  return flexfactor::RepeatConflict::unknown;
}

flexfactor::AmountUnit unit_of(config::OrderAmounts unit) {
  switch (unit) {
    case config::OrderAmounts::minor:
      return flexfactor::AmountUnit::minor;
    case config::OrderAmounts::major:
      return flexfactor::AmountUnit::major;
  }
  return flexfactor::AmountUnit::minor;
}

flexfactor::Dialect dialect_of(const config::Dialect& dialect) {
  flexfactor::Dialect spoken;
  spoken.inquiry = inquiry_of(dialect.inquiry);
  spoken.repeat_conflict = conflict_of(dialect.repeat_conflict);
  spoken.unknown_order_code = dialect.unknown_order_code;
  spoken.expired_word = dialect.expired_word;
  spoken.first_page = dialect.first_page;
  spoken.order_amounts = unit_of(dialect.order_amounts);
  return spoken;
}

struct AppKeys {
  crypto::Secret app_key;
  crypto::Secret app_secret;
};

// Hidden from the log as soon as they are known.
Result<AppKeys> read_app_keys(const config::FlexFactorAccount& account, telemetry::Log& log) {
  auto app_key = crypto::read_secret_file(account.app_key_file);
  if (!app_key) return Failure(app_key.error());
  auto app_secret = crypto::read_secret_file(account.app_secret_file);
  if (!app_secret) return Failure(app_secret.error());
  log.hide(app_key->reveal());
  log.hide(app_secret->reveal());
  return AppKeys{*app_key, *app_secret};
}

}  // namespace

http::ClientSettings wire_settings(const config::Settings& settings,
                                   const config::FlexFactorAccount& account) {
  http::ClientSettings wire;
  wire.base_url = account.base_url;
  wire.ca_file = account.ca_file;
  wire.connect_timeout = settings.limits.connect_timeout;
  wire.request_timeout = settings.limits.request_timeout;
  wire.idle_connections = account.in_flight.value_or(settings.limits.in_flight);
  return wire;
}

Result<std::unique_ptr<ProviderSet>> ProviderSet::make(boost::asio::any_io_executor executor,
                                                       const config::Settings& settings,
                                                       const ports::Clock& clock,
                                                       telemetry::Log& log) {
  auto set = std::make_unique<ProviderSet>();
  for (const auto& [gateway, account] : settings.accounts) {
    auto keys = read_app_keys(account, log);
    if (!keys) return Failure(keys.error());
    auto transport = http::Client::make(executor, wire_settings(settings, account));
    if (!transport) return Failure(transport.error());
    Connected connected;
    connected.transport = std::move(*transport);
    flexfactor::Account known{
        gateway, account.mid, account.site_id, keys->app_key, keys->app_secret, {}, {}};
    known.dialect = dialect_of(account.dialect);
    connected.client =
        std::make_unique<flexfactor::Client>(*connected.transport, clock, log, std::move(known));
    set->accounts_.emplace(gateway, std::move(connected));
  }
  return set;
}

Result<void> ProviderSet::renew(const config::Settings& settings, telemetry::Log& log) {
  std::string refused;
  for (auto& [gateway, connected] : accounts_) {
    auto keys = read_app_keys(settings.accounts.at(gateway), log);
    if (keys) {
      connected.client->renew(keys->app_key, keys->app_secret);
    } else {
      refused += (refused.empty() ? "" : "; ") + keys.error().message;
    }
  }
  if (!refused.empty()) return fail(Fault::invalid, refused);
  return {};
}

ports::Provider* ProviderSet::find(const GatewayId& gateway) {
  const auto found = accounts_.find(gateway);
  return found == accounts_.end() ? nullptr : found->second.client.get();
}

}  // namespace recycled
