#include "engine/settle.hpp"

#include "base/ensure.hpp"
#include "billing/calendar.hpp"

namespace recycled::engine {
namespace {

using billing::SubscriptionStatus;

// As it stands, back at the gateway and card of the decline.
ports::Settlement going_back(const Applied& applied, const ports::StoredSubscription& stored) {
  ports::Settlement settlement;
  settlement.key = stored.key;
  settlement.expected_cycle = applied.after.cycle;
  settlement.status = stored.subscription.status;
  settlement.cycle = stored.subscription.cycle;
  settlement.gateway = applied.after.return_gateway;
  settlement.card_token = applied.after.return_card;
  settlement.price = stored.subscription.price;
  settlement.next_bill_on = stored.subscription.next_bill_on;
  settlement.anchor_day = stored.subscription.anchor_day;
  return settlement;
}

// The provider's own date of the success counts, as long as it is a date that can be.
CivilDate success_day(const Applied& applied, const Desk& desk, const Moment& moment) {
  Instant at = moment.now;
  if (moment.happened_at && *moment.happened_at >= applied.after.claimed_at &&
      *moment.happened_at <= moment.now) {
    at = *moment.happened_at;
  }
  return desk.calendar().day_of(at);
}

ports::Settlement next_cycle(const Applied& applied, const ports::StoredSubscription& stored,
                             const Desk& desk, const Moment& moment) {
  const billing::Subscription& subscription = stored.subscription;
  ports::Settlement settlement = going_back(applied, stored);
  settlement.cycle = subscription.cycle + 1;
  settlement.clear_decline = true;
  const bool was_final =
      subscription.final_cycle && subscription.cycle >= *subscription.final_cycle;
  if (!has_left(subscription.status)) {
    settlement.status = was_final ? SubscriptionStatus::complete : SubscriptionStatus::active;
  }
  if (was_final) {
    settlement.next_bill_on = std::nullopt;
  } else {
    const auto next = billing::next_bill(success_day(applied, desk, moment), subscription.interval,
                                         subscription.anchor_day);
    settlement.next_bill_on = next.on;
    settlement.anchor_day = next.anchor_day;
  }
  const auto* profile = billing::profile_of(desk.rules(), applied.after.return_gateway);
  if (profile != nullptr && profile->hold_recycle_price) settlement.price = applied.after.amount;
  return settlement;
}

ports::Settlement recycle_failed(const Applied& applied, const ports::StoredSubscription& stored) {
  ports::Settlement settlement = going_back(applied, stored);
  if (!has_left(stored.subscription.status)) {
    settlement.status = SubscriptionStatus::recycle_failed;
  }
  settlement.fail_reason = to_text(applied.after.reason);
  return settlement;
}

ports::Settlement settlement_of(const Applied& applied, const ports::StoredSubscription& stored,
                                const Desk& desk, const Moment& moment) {
  switch (applied.move) {
    case billing::Move::next_cycle:
      return next_cycle(applied, stored, desk, moment);
    case billing::Move::recycle_failed:
      return recycle_failed(applied, stored);
    case billing::Move::none:
    case billing::Move::gateway_back:
      return going_back(applied, stored);
  }
  return {};
}

// --- a new sale ---

// N3: FlexFactor has the card's token, the merchant's gateway has none. An import that brings the
// subscription later finds the sale (engine/accept).
void mark_for_rebill(ports::LedgerTx& tx, const billing::Sale& sale) {
  if (sale.subscription.empty()) return;
  const auto subscription = tx.subscription(sale.subscription);
  if (!subscription) return;
  tx.set_rebill(subscription->key, billing::RebillWith::card_number_without_cvv);
}

void settle_sale(ports::LedgerTx& tx, const Applied& applied, const ports::StoredSale& stored,
                 const Moment& moment) {
  const bool left = has_left(stored.sale.status);
  switch (applied.move) {
    case billing::Move::none:
    case billing::Move::gateway_back:
      return;
    case billing::Move::next_cycle:
      mark_for_rebill(tx, stored.sale);
      if (left) return;
      return tx.set_sale_status(stored.key, billing::SaleStatus::complete, moment.now);
    case billing::Move::recycle_failed:
      if (left || stored.sale.type == billing::SaleType::trial_completion) return;  // N2
      return tx.set_sale_status(stored.key, billing::SaleStatus::declined, moment.now);
  }
}

}  // namespace

std::optional<ports::Settlement> settle(ports::LedgerTx& tx, const Applied& applied,
                                        const Desk& desk, const Moment& moment) {
  if (applied.move == billing::Move::none) return std::nullopt;
  const ports::Subject& subject = applied.before.subject;
  if (const auto* sale = std::get_if<SaleKey>(&subject)) {
    settle_sale(tx, applied, tx.sale(*sale), moment);
    return std::nullopt;
  }
  const auto stored = tx.subscription(std::get<SubscriptionKey>(subject));
  auto settlement = settlement_of(applied, stored, desk, moment);
  const bool done = tx.settle(settlement, moment.now);
  ensure(done, "a subscription leaves the cycle of a live recovery only through it");
  return settlement;
}

}  // namespace recycled::engine
