#include "engine/announce.hpp"

namespace recycled::engine {

std::vector<std::string_view> events_of(const Applied& applied) {
  const billing::Recovery& before = applied.before.recovery;
  const billing::Recovery& after = applied.after;
  std::vector<std::string_view> types;
  switch (applied.move) {
    case billing::Move::none:
      break;
    case billing::Move::next_cycle:
      types = {"subscription.recovered", "fulfillment.requested"};
      break;
    case billing::Move::recycle_failed:
      types = {"subscription.recycle_failed"};
      break;
    case billing::Move::gateway_back:
      types = {"subscription.withdrawn"};
      break;
  }
  const auto parked = billing::RecoveryState::parked;
  if (before.state != parked && after.state == parked) types.emplace_back("recovery.parked");
  if (!before.late && after.late) types.emplace_back("recovery.late_success");
  if (!before.refunded && after.refunded) types.emplace_back("refund.received");
  if (!before.charged_back && after.charged_back) types.emplace_back("chargeback.received");
  return types;
}

void announce(ports::LedgerTx& tx, const Applied& applied, Instant now) {
  const auto types = events_of(applied);
  if (types.empty()) return;
  ports::OutboxRow row;
  row.at = now;
  row.subscription = applied.before.subscription_key;
  row.recovery = applied.before.key;
  row.amount = applied.after.amount;
  row.gateway = applied.after.return_gateway;
  row.next_bill_on = tx.subscription(row.subscription).subscription.next_bill_on;
  row.reason = to_text(applied.after.reason);
  for (const std::string_view type : types) {
    row.type = type;
    tx.add_outbox(row);
  }
}

}  // namespace recycled::engine
