// Where our ledger and FlexFactor's orders say different things: the comparison behind
// `verify --provider`. Pure over what it is shown; it asks nobody and writes nothing.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ports/ledger.hpp"
#include "ports/provider.hpp"

namespace recycled::report {

enum class Drift {
  charged_there,      // and not recovered here
  not_charged_there,  // recovered here
  ended_there,        // open here
  open_there,         // at its end here
  refunded_there,     // and not flagged here
  amount_differs,     // or the currency
  second_order,       // two there for one of ours, the other one not ended
  missing_there,      // FlexFactor had taken it and does not know it any more
  strange_there,      // a status nobody documented
  lost_here,          // its id is one of ours, and our ledger does not have it
};
std::string_view to_text(Drift drift);     // the enumerator's name, an interface
std::string_view what_to_do(Drift drift);  // a sentence

struct Difference {
  Drift drift = Drift::charged_there;
  GatewayId gateway;
  SubscriptionId subscription;
  SaleId sale;  // empty: it is the subscription's
  OrderId order;
  ProviderOrderId provider_order;
  std::string here;   // "waiting", "recovered", "80.96 USD", …
  std::string there;  // FlexFactor's word, or an amount

  bool operator==(const Difference&) const = default;
};

// What status and amount of one order say against our recovery of it.
std::vector<Difference> compare(const ports::StoredRecovery& ours,
                                const ports::ListedOrder& theirs);

// The ids our ledger would have given to hand-overs.
struct OrderNames {
  std::function<OrderId(const SubscriptionId&, int cycle, int round)> of_cycle;
  std::function<OrderId(const SaleId&, int round)> of_sale;
};

// One gateway's comparison: first every page of their list, then what of ours no page showed, then
// the orders nobody knew. What it keeps is a bit for each recovery and the few that are unclear.
class ProviderComparison {
 public:
  explicit ProviderComparison(GatewayId gateway) : gateway_(std::move(gateway)) {}

  void take_page(ports::LedgerReader& ledger, const std::vector<ports::ListedOrder>& page);

  // Ours, claimed in the period and known to FlexFactor, that were on no page: at most `limit`,
  // from where the last call ended. None: that was all.
  struct Period {
    Instant from{};
    Instant to{};
  };
  std::vector<ports::StoredRecovery> next_unseen(ports::LedgerReader& ledger, Period period,
                                                 int limit);
  void take_inquiry(const ports::StoredRecovery& ours, billing::News news, const std::string& word);

  // Of the orders that nobody knew, those that a hand-over of a subscription still in recycle
  // billing, or of a sale still declined, would have been called.
  void find_lost(ports::LedgerReader& ledger, const OrderNames& names);

  const std::vector<Difference>& differences() const { return differences_; }
  std::int64_t compared() const { return compared_; }
  std::int64_t not_ours() const { return not_ours_; }

 private:
  void find_lost_cycles(ports::LedgerReader& ledger, const OrderNames& names);
  void find_lost_sales(ports::LedgerReader& ledger, const OrderNames& names);
  // One that nobody knew, if that is what it would have been called.
  void find_lost_one(const OrderId& order, Difference whose);
  std::optional<ports::StoredRecovery> ours(ports::LedgerReader& ledger,
                                            const ports::ListedOrder& theirs);
  bool is_second(const ports::StoredRecovery& ours, const ports::ListedOrder& theirs);
  bool is_seen(RecoveryKey key) const;
  void see(RecoveryKey key);
  void add(std::vector<Difference> found);

  const GatewayId gateway_;
  std::vector<Difference> differences_;
  std::int64_t compared_ = 0;
  std::int64_t not_ours_ = 0;
  std::vector<bool> seen_;                             // by recovery key
  std::map<RecoveryKey, ProviderOrderId> first_seen_;  // of those whose id there we never heard
  std::map<OrderId, ports::ListedOrder> nobodys_;      // bounded
  int state_ = 0;                                      // where next_unseen goes on
  RecoveryKey after_;
};

}  // namespace recycled::report
