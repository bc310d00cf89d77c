// A ledger, its rules and a FlexFactor account that is never called, for the inner loops.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ceilings.hpp"
#include "engine/context.hpp"
#include "engine/pause.hpp"
#include "engine/tally.hpp"
#include "flexfactor/account.hpp"
#include "flexfactor/client.hpp"
#include "store/ledger.hpp"
#include "system/calendar.hpp"
#include "system/temporary_folder.hpp"

namespace recycled::bench {

flexfactor::Account account();
// Declined three times; its re-attempt 4 is due at `noon`.
billing::Subscription declined(int number);
Instant noon();

class World final : private ports::Providers,
                    private http::Transport,
                    private ports::Clock,
                    private ports::Entropy,
                    private ports::Events {
 public:
  World();

  const engine::Desk& desk() const { return desk_; }
  store::SqliteLedger& ledger() { return *ledger_; }
  engine::Moment moment() const { return {noon(), 0.5, std::nullopt}; }

  // Throws if it was not done.
  void write(const ports::LedgerWork& work);
  // So many more subscriptions that are due.
  void add_due(int count);
  // Claims all that is due, as a scan of the program does.
  void scan();
  // The recoveries that a scan has claimed since the last question.
  std::vector<ports::StoredRecovery> newly_claimed();
  // They were handed over, and FlexFactor has taken over.
  void hand_over(const std::vector<ports::StoredRecovery>& claimed);

 private:
  ports::Provider* find(const GatewayId& gateway) override;
  async::Task<http::Exchange> exchange(http::Request request) override;
  Instant now() const override { return noon(); }
  std::string bytes(std::size_t count) override { return std::string(count, 'e'); }
  double fraction() override { return 0.5; }
  void note(const ports::Event&) override {}

  system::TemporaryFolder folder_;
  std::unique_ptr<system::ZoneCalendar> calendar_;
  std::unique_ptr<store::SqliteLedger> ledger_;
  billing::Rules rules_;
  flexfactor::Client client_;
  engine::Desk desk_;
  engine::Context context_;
  engine::Tally tally_;
  engine::PauseWatch pauses_;
  engine::CeilingWatch ceilings_;
  int added_ = 0;
  RecoveryKey last_;
};

}  // namespace recycled::bench
