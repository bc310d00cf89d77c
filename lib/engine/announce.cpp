#include "engine/announce.hpp"

namespace recycled::engine {
namespace {

using Types = std::vector<std::string_view>;

Types move_of_subscription(billing::Move move) {
  switch (move) {
    case billing::Move::none:
      return {};
    case billing::Move::next_cycle:
      return {"subscription.recovered", "fulfillment.requested"};
    case billing::Move::recycle_failed:
      return {"subscription.recycle_failed"};
    case billing::Move::gateway_back:
      return {"subscription.withdrawn"};
  }
  return {};
}

Types move_of_sale(billing::Move move, billing::SaleStatus status) {
  switch (move) {
    case billing::Move::none:
      return {};
    case billing::Move::next_cycle:
      // What was cancelled or refunded meanwhile is not to be shipped, and a refund is due.
      if (has_left(status)) return {"order.completed"};
      return {"order.completed", "fulfillment.requested"};
    case billing::Move::recycle_failed:
      return {"order.declined"};
    case billing::Move::gateway_back:
      return {"order.withdrawn"};
  }
  return {};
}

// N3: FlexFactor has the card's token, the merchant's gateway has none.
billing::RebillWith rebill_of(const Applied& applied) {
  const bool marks =
      applied.move == billing::Move::next_cycle && !applied.before.subscription.empty();
  return marks ? billing::RebillWith::card_number_without_cvv : billing::RebillWith::as_ever;
}

}  // namespace

Types events_of(const Applied& applied) {
  const billing::Recovery& before = applied.before.recovery;
  const billing::Recovery& after = applied.after;
  const auto* sale = std::get_if<billing::SaleStatus>(&applied.before.standing.status);
  Types types =
      sale != nullptr ? move_of_sale(applied.move, *sale) : move_of_subscription(applied.move);
  const auto parked = billing::RecoveryState::parked;
  if (before.state != parked && after.state == parked) types.emplace_back("recovery.parked");
  if (!before.late && after.late) types.emplace_back("recovery.late_success");
  if (!before.refunded && after.refunded) types.emplace_back("refund.received");
  if (!before.charged_back && after.charged_back) types.emplace_back("chargeback.received");
  return types;
}

void announce(ports::LedgerTx& tx, const Applied& applied,
              const std::optional<ports::Settlement>& settlement, Instant now) {
  if (applied.events.empty()) return;
  ports::OutboxRow row;
  row.at = now;
  row.subject = applied.before.subject;
  row.recovery = applied.before.key;
  row.amount = applied.after.amount;
  row.gateway = applied.after.return_gateway;
  row.reason = to_text(applied.after.reason);
  if (settlement) {
    row.next_bill_on = settlement->next_bill_on;
  } else if (const auto* key = std::get_if<SubscriptionKey>(&applied.before.subject)) {
    row.next_bill_on = tx.subscription(*key).subscription.next_bill_on;
  } else {
    row.rebill_with = rebill_of(applied);
  }
  for (const std::string_view type : applied.events) {
    row.type = type;
    tx.add_outbox(row);
  }
}

}  // namespace recycled::engine
