#include "engine/resolve.hpp"

#include <utility>
#include <vector>

#include "engine/pause.hpp"
#include "ports/events.hpp"

namespace recycled::engine {
namespace {

using Recoveries = std::vector<ports::StoredRecovery>;

// All that the id can mean: an order and a subscription may have the same one.
Recoveries meant_by(ports::LedgerReader& reader, const std::string& id) {
  if (auto ours = reader.recovery(OrderId(id))) return {std::move(*ours)};
  Recoveries found;
  if (const auto sale = reader.sale(SaleId(id))) found = reader.recoveries_of(sale->key);
  if (const auto subscription = reader.subscription(SubscriptionId(id))) {
    auto more = reader.recoveries_of(subscription->key);
    std::move(more.begin(), more.end(), std::back_inserter(found));
  }
  return found;
}

bool is_known(ports::LedgerReader& reader, const std::string& id) {
  return reader.sale(SaleId(id)) || reader.subscription(SubscriptionId(id));
}

void keep(ports::LedgerTx& tx, const Resolving& resolving, const Applied& applied, Instant now) {
  ports::AuditRow row;
  row.at = now;
  row.recovery = applied.before.key;
  row.subject = applied.before.subject;
  row.event = ports::row_of(ports::EventName::recovery_resolved).text;
  row.before = to_text(applied.before.recovery.state);
  row.after = to_text(applied.after.state);
  row.reason = "as " + std::string(to_text(resolving.word)) + ", by " + resolving.by +
               (resolving.note.empty() ? "" : ": " + resolving.note);
  tx.add_audit(row);
}

}  // namespace

std::variant<Applied, std::string> resolve(ports::LedgerTx& tx, const Resolving& resolving,
                                           const Desk& desk, const Moment& moment) {
  const Recoveries meant = meant_by(tx, resolving.id);
  Recoveries parked;
  for (const ports::StoredRecovery& one : meant) {
    if (one.recovery.state == billing::RecoveryState::parked) parked.push_back(one);
  }
  if (parked.size() > 1) {
    std::string orders;
    for (const auto& one : parked) orders += " " + one.recovery.order.str();
    return "more than one is parked under that id; name one of our order ids:" + orders;
  }
  if (parked.empty() && !meant.empty()) {
    return "it is not parked: order " + meant.back().recovery.order.str() + " is " +
           std::string(to_text(meant.back().recovery.state));
  }
  if (parked.empty()) {
    return is_known(tx, resolving.id) ? "it is not parked: it has never been handed over"
                                      : "the ledger knows nothing of that id";
  }
  // It was refused, and so not charged: to send it again is as new as a claim.
  const billing::Recovery& recovery = parked[0].recovery;
  if (resolving.word == billing::PersonWord::retry && recovery.reason == billing::Reason::refused) {
    if (auto pause = why_paused(tx, recovery.provider_gateway)) {
      return "hand-overs to " + recovery.provider_gateway.str() + " are paused " + *pause +
             "; `recycled resume` comes first";
    }
  }
  auto said = apply_word(tx, parked[0].key, resolving.word, desk, moment);
  if (const auto* applied = std::get_if<Applied>(&said)) keep(tx, resolving, *applied, moment.now);
  return said;
}

}  // namespace recycled::engine
