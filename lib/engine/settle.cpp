#include "engine/settle.hpp"

#include "base/ensure.hpp"
#include "billing/calendar.hpp"

namespace recycled::engine {
namespace {

using billing::SubscriptionStatus;

bool customer_left(SubscriptionStatus status) {
  return status == SubscriptionStatus::cancelled || status == SubscriptionStatus::paused;
}

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
  if (!customer_left(subscription.status)) {
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
  if (!customer_left(stored.subscription.status)) {
    settlement.status = SubscriptionStatus::recycle_failed;
  }
  settlement.fail_reason = to_text(applied.after.reason);
  return settlement;
}

ports::OutboxRow event_about(const char* type, const Applied& applied, Instant now) {
  ports::OutboxRow row;
  row.at = now;
  row.type = type;
  row.subject = applied.before.subject;
  row.recovery = applied.before.key;
  row.amount = applied.after.amount;
  row.gateway = applied.after.return_gateway;
  row.reason = to_text(applied.after.reason);
  return row;
}

void put_event(ports::LedgerTx& tx, const char* type, const Applied& applied,
               const ports::Settlement& settlement, Instant now) {
  ports::OutboxRow row = event_about(type, applied, now);
  row.next_bill_on = settlement.next_bill_on;
  tx.add_outbox(row);
}

void settle_subscription(ports::LedgerTx& tx, const Applied& applied,
                         const ports::StoredSubscription& stored, const Desk& desk,
                         const Moment& moment) {
  const auto write = [&](const ports::Settlement& settlement) {
    const bool done = tx.settle(settlement, moment.now);
    ensure(done, "a subscription leaves the cycle of a live recovery only through it");
  };
  switch (applied.move) {
    case billing::Move::none:
      return;
    case billing::Move::next_cycle: {
      const ports::Settlement settlement = next_cycle(applied, stored, desk, moment);
      write(settlement);
      put_event(tx, "subscription.recovered", applied, settlement, moment.now);
      put_event(tx, "fulfillment.requested", applied, settlement, moment.now);
      return;
    }
    case billing::Move::recycle_failed: {
      const ports::Settlement settlement = recycle_failed(applied, stored);
      write(settlement);
      put_event(tx, "subscription.recycle_failed", applied, settlement, moment.now);
      return;
    }
    case billing::Move::gateway_back: {
      const ports::Settlement settlement = going_back(applied, stored);
      write(settlement);
      put_event(tx, "subscription.withdrawn", applied, settlement, moment.now);
      return;
    }
  }
}

// --- a new sale ---

bool has_left(billing::SaleStatus status) {
  return status == billing::SaleStatus::cancelled || status == billing::SaleStatus::refunded;
}

// N3: FlexFactor has the card's token, the merchant's gateway has none.
billing::RebillWith mark_for_rebill(ports::LedgerTx& tx, const billing::Sale& sale) {
  if (sale.subscription.empty()) return billing::RebillWith::as_ever;
  const auto with = billing::RebillWith::card_number_without_cvv;
  // An import that brings the subscription later finds the sale (engine/accept).
  if (const auto subscription = tx.subscription(sale.subscription)) {
    tx.set_rebill(subscription->key, with);
  }
  return with;
}

void settle_sale(ports::LedgerTx& tx, const Applied& applied, const ports::StoredSale& stored,
                 const Moment& moment) {
  const auto tell = [&](const char* type, billing::RebillWith with) {
    ports::OutboxRow row = event_about(type, applied, moment.now);
    row.rebill_with = with;
    tx.add_outbox(row);
  };
  using billing::RebillWith;
  switch (applied.move) {
    case billing::Move::none:
      return;
    case billing::Move::next_cycle: {
      const RebillWith with = mark_for_rebill(tx, stored.sale);
      tell("order.completed", with);
      if (has_left(stored.sale.status)) return;  // nothing is to be shipped, and a refund is due
      tx.set_sale_status(stored.key, billing::SaleStatus::complete, moment.now);
      return tell("fulfillment.requested", with);
    }
    case billing::Move::recycle_failed:
      if (!has_left(stored.sale.status) &&
          stored.sale.type != billing::SaleType::trial_completion) {  // N2
        tx.set_sale_status(stored.key, billing::SaleStatus::declined, moment.now);
      }
      return tell("order.declined", RebillWith::as_ever);
    case billing::Move::gateway_back:
      return tell("order.withdrawn", RebillWith::as_ever);
  }
}

}  // namespace

void settle(ports::LedgerTx& tx, const Applied& applied, const Owner& owner, const Desk& desk,
            const Moment& moment) {
  if (const auto* sale = std::get_if<ports::StoredSale>(&owner)) {
    return settle_sale(tx, applied, *sale, moment);
  }
  settle_subscription(tx, applied, std::get<ports::StoredSubscription>(owner), desk, moment);
}

}  // namespace recycled::engine
