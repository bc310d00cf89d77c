#include "engine/claim.hpp"

#include <string_view>
#include <utility>

#include "base/failpoint.hpp"
#include "ports/events.hpp"

namespace recycled::engine {
namespace {

const std::string_view claim_row = ports::row_of(ports::EventName::recovery_claimed).text;

}  // namespace

std::optional<Instant> card_is_free_at(ports::LedgerReader& reader, const std::string& token,
                                       Instant now, const Desk& desk, int planned) {
  const auto cap = static_cast<std::size_t>(desk.rules().card_cap);
  if (cap == 0) return std::nullopt;
  auto claims = reader.claims_of_card(token, now - billing::card_cap_span);
  claims.insert(claims.end(), static_cast<std::size_t>(planned), now);
  if (claims.size() < cap) return std::nullopt;
  return claims[claims.size() - cap] + billing::card_cap_span + Millis(1);
}

Instant expiry_of(const GatewayId& provider, const Desk& desk, Instant now) {
  const auto& gateway = desk.rules().gateways.at(provider);
  return desk.calendar().add_days(now, gateway.flexfactor->expiry_days);
}

billing::Recovery at_claim(const OrderId& order, Instant claimed_at, Instant expires_at) {
  billing::Recovery recovery;
  recovery.order = order;
  recovery.next_at = claimed_at;
  recovery.claimed_at = claimed_at;
  recovery.expires_at = expires_at;
  recovery.unsent_until = claimed_at;
  return recovery;
}

std::optional<RecoveryKey> append(ports::LedgerTx& tx, const ports::NewRecovery& fresh, Instant now,
                                  const std::string& why) {
  const auto claimed = tx.insert_recovery(fresh);
  if (!claimed) return std::nullopt;
  ports::AuditRow row;
  row.at = now;
  row.recovery = claimed;
  row.subject = fresh.subject;
  row.event = claim_row;
  row.after = to_text(fresh.recovery.state);
  row.reason = why;
  tx.add_audit(row);
  may_die_at(Failpoint::claim_written);
  return claimed;
}

std::optional<ports::StoredRecovery> claimed_for(ports::LedgerReader& reader,
                                                 const ports::Subject& subject,
                                                 const std::string& why) {
  std::optional<ports::StoredRecovery> found;
  for (const ports::AuditRow& row : reader.audit_of(subject)) {
    if (!row.recovery || row.event != claim_row || row.reason != why) continue;
    auto recovery = reader.recovery(*row.recovery);
    if (recovery.recovery.state != billing::RecoveryState::released) found = std::move(recovery);
  }
  return found;
}

std::string why_claimed(ports::LedgerReader& reader, const ports::StoredRecovery& stored) {
  for (const ports::AuditRow& row : reader.audit_of(stored.subject)) {
    if (row.recovery == stored.key && row.event == claim_row) return row.reason;
  }
  return {};
}

}  // namespace recycled::engine
