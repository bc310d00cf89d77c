// An instant cascade: a declined sale is handed to FlexFactor while its shopper waits, and answered
// by the deadline whatever happens. Source: mission.md C1-C5; lessons.md 2, 3.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "async/task_group.hpp"
#include "billing/cascade.hpp"
#include "engine/calls.hpp"
#include "engine/till_ledger.hpp"
#include "ports/cascade.hpp"

namespace recycled::engine {

using ports::CascadeAnswer;
using ports::CascadeTold;

// Who hears of what a cascade does beside answering. None of it waits.
struct CascadeEars {
  std::function<void(const ports::StoredRecovery&)> claim;   // a sale was claimed
  std::function<void(const GatewayId&, const Ended&)> call;  // a call has ended
  std::function<void(const Result<Applied>&)> decision;      // and what it came to
};

// For one thread. What it uses outlives it.
class Cascades {
 public:
  Cascades(const Context& context, ports::Alarms& alarms, async::Executor executor,
           CascadeEars ears);

  // Takes the sale in as an import does, decides, and claims it for FlexFactor in one transaction;
  // the request leaves once that is durable. Comes back with FlexFactor's answer, or at the
  // deadline with "declined", reason timeout: the order is then being taken back there. Of a sale
  // that was cascaded before, the answer of then, without a call. Fault::busy: a stop was asked
  // for, or too many are under way; nothing was done.
  async::Task<Result<CascadeAnswer>> ask(billing::Sale row);

  // Those under way are answered; no new ones.
  void stop() { stopping_ = true; }
  // Until no call is under way. Whoever still waits for an answer has it by his deadline, and no
  // call is begun for him.
  async::Task<void> join();

 private:
  struct Opened {
    ports::StoredRecovery stored;
    std::string decided_by;
    std::string body;  // empty: the call is somebody else's
  };
  using Opening = std::variant<CascadeAnswer, Opened>;

  // A shop that waits for what becomes of a recovery.
  struct Waiter {
    std::unique_ptr<ports::Alarm> alarm;
    std::optional<ports::StoredRecovery> answered;
  };

  static Opening open(ports::LedgerTx& tx, const billing::Sale& row, const Desk& desk, Instant now);
  static Opening claim(ports::LedgerTx& tx, const ports::StoredSale& sale, const Desk& desk,
                       Instant now);
  async::Task<Result<CascadeAnswer>> answer_for(Opened opened);
  async::Task<Result<ports::StoredRecovery>> end(ports::StoredRecovery stored,
                                                 billing::Event no_answer);
  async::Task<void> send(Opened opened);
  async::Task<void> follow(ports::StoredRecovery stored);
  async::Task<void> take_back(ports::StoredRecovery stored);
  enum class Kept { lost, no_news, changed };
  async::Task<Kept> keep_answer(ports::StoredRecovery& stored, Ended ended);
  async::Task<void> watched(async::Task<void> work);
  void hear(ports::StoredRecovery& stored, const Result<Applied>& applied);
  void tell(const billing::Sale& row, const CascadeAnswer& answer, Instant began);

  const Context& context_;
  TillLedger till_ledger_;
  const Context till_;  // context_, for what goes first: a claim, and what FlexFactor answers
  ports::Alarms& alarms_;
  async::Executor executor_;
  async::TaskGroup group_;
  CascadeEars ears_;
  std::multimap<RecoveryKey, Waiter*> waiters_;
  bool stopping_ = false;
  bool joined_ = false;  // no call is begun any more
};

}  // namespace recycled::engine
