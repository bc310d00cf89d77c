// The new sales of a simulated merchant: declined ones, cascaded while their shoppers wait or
// re-run by a clerk some days later, and sometimes both.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "billing/rules.hpp"
#include "billing/sale.hpp"
#include "flexfactor/behaviour.hpp"
#include "simulation/merchant.hpp"

namespace recycled::simulation {

class Storefront {
 public:
  // Who asks for what, and when: a shopper for a cascade, or a clerk for a rerun at a gateway.
  struct Asked {
    Instant at;
    SaleId sale;
    std::optional<GatewayId> rerun_at;
  };
  struct Day {
    std::vector<billing::Sale> rows;  // to be imported
    std::vector<Asked> asked;         // in the order of their times
  };

  // So many declined sales a day.
  Storefront(std::uint64_t seed, int a_day) : dice_(seed * 271 + 9), a_day_(a_day) {}

  // The day that begins now.
  Day open(const billing::Rules& rules, Instant now);
  // No more sales are declined.
  void calm() { a_day_ = 0; }

  const billing::Sale* find(const SaleId& id) const;  // null: none of its sales
  const billing::Sale* find(const SubscriptionId& sold) const;
  void each(const std::function<void(const billing::Sale&)>& visit) const;
  // Counted by what happened: "declined sales", "shoppers", …
  const std::map<std::string, std::int64_t>& lived() const { return lived_; }

 private:
  billing::Sale declined_sale(const billing::Rules& rules, Instant now);
  void sell(Day& day, const billing::Rules& rules, Instant now);
  void cancel_what_is_due(Day& day, Instant now);
  void rerun_what_is_due(Day& day, const billing::Rules& rules, Instant now);

  flexfactor::Dice dice_;
  int a_day_;
  std::map<SaleId, billing::Sale> sales_;
  std::map<SubscriptionId, SaleId> sold_;  // what begins with which sale
  std::vector<std::pair<Instant, SaleId>> to_rerun_;
  std::vector<std::pair<Instant, SaleId>> to_cancel_;
  std::map<std::string, std::int64_t> lived_;
};

}  // namespace recycled::simulation
