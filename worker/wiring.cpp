#include "wiring.hpp"

#include <utility>

#include "installation.hpp"
#include "store/ledger.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"

namespace recycled {
namespace {

// A command that never calls FlexFactor has no provider.
class NoProviders final : public ports::Providers {
 public:
  ports::Provider* find(const GatewayId&) override { return nullptr; }
};

class Opened final : public OpenedLedger {
 public:
  Opened(std::unique_ptr<store::OpenLedger> ledger, std::unique_ptr<ports::Calendar> calendar,
         const billing::Rules& rules, InstallationId installation, ports::Providers* providers)
      : ledger_(std::move(ledger)),
        calendar_(std::move(calendar)),
        desk_{std::move(installation), engine::Planner(rules, *calendar_),
              providers == nullptr ? none_ : *providers} {}

  const engine::Desk& desk() const override { return desk_; }
  Instant now() const override { return clock_.now(); }
  Result<void> write(const ports::LedgerWork& work) override { return ledger_->write_now(work); }

 private:
  system::SystemClock clock_;
  NoProviders none_;
  std::unique_ptr<store::OpenLedger> ledger_;
  std::unique_ptr<ports::Calendar> calendar_;
  engine::Desk desk_;
};

}  // namespace

Result<std::unique_ptr<OpenedLedger>> open_ledger(const config::Settings& settings, LedgerUse use,
                                                  ports::Providers* providers) {
  auto calendar = system::ZoneCalendar::make(settings.time_zone);
  if (!calendar) return Failure(calendar.error());
  static const system::SystemClock clock;  // which the ledger keeps
  store::Address address = address_of(settings);
  const bool is_there = !address.is_file() || std::filesystem::exists(address.file);
  if (use == LedgerUse::look && !is_there) address.file = store::in_memory;
  auto ledger =
      open_at_home(settings, address, store::Role::visitor, store::Executor::inline_, clock);
  if (!ledger) return Failure(ledger.error());
  auto installation = installation_of(**ledger, place_of(settings, address));
  if (!installation) return Failure(installation.error());
  return std::make_unique<Opened>(std::move(*ledger), std::move(*calendar), settings.rules,
                                  std::move(*installation), providers);
}

}  // namespace recycled
