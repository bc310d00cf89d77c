#include "engine/rerun.hpp"

#include <utility>

#include "base/ensure.hpp"
#include "engine/claim.hpp"
#include "ports/events.hpp"

namespace recycled::engine {
namespace {

using billing::SaleRefusal;
using billing::SaleRefused;

// Nothing: no earlier hand-over of the sale stands in the way. One that failed does not: a person
// names the gateway, and may name another.
std::optional<SaleRefusal> earlier(const std::vector<ports::StoredRecovery>& past) {
  for (const ports::StoredRecovery& one : past) {
    const billing::Recovery& recovery = one.recovery;
    if (is_live(recovery.state)) {
      return SaleRefusal{SaleRefused::open_recovery, "gateway " + recovery.provider_gateway.str() +
                                                         ", until " +
                                                         to_iso8601(recovery.expires_at)};
    }
    if (recovery.state == billing::RecoveryState::recovered) {
      return SaleRefusal{SaleRefused::already_handed_over,
                         "and charged it, as order " + recovery.order.str()};
    }
  }
  return std::nullopt;
}

ports::SaleRequest request_for(ports::LedgerReader& reader, const billing::Sale& sale, int round,
                               const GatewayId& at, const Desk& desk, Instant now) {
  ports::SaleRequest request;
  request.order = order_id(desk.installation, sale.id, round);
  request.key = idempotency_key(request.order, 1);
  request.sale = sale;
  if (const auto stored = reader.subscription(sale.subscription)) {
    request.subscription = stored->subscription;
  }
  request.by = ports::SaleRequest::By::merchant;
  request.claimed_at = now;
  request.expires_at = expiry_of(at, desk, now);
  return request;
}

billing::Recovery recovery_for(const ports::SaleRequest& request, const billing::Rerun& rerun,
                               int round) {
  billing::Recovery recovery = at_claim(request.order, request.claimed_at, request.expires_at);
  recovery.kind = billing::RecoveryKind::rerun;
  recovery.round = round;
  recovery.reattempt = 0;
  recovery.provider_gateway = rerun.provider_gateway;
  recovery.return_gateway = request.sale.gateway;
  recovery.return_card = request.sale.card.token;
  recovery.amount = rerun.amount;
  return recovery;
}

using Planned = std::variant<ports::NewRecovery, SaleRefusal>;

Planned plan(ports::LedgerReader& reader, const ports::StoredSale& sale, const GatewayId& at,
             const Desk& desk, Instant now, int planned = 0) {
  const auto past = reader.recoveries_of(sale.key);
  const auto refused = earlier(past);
  if (refused) return *refused;
  const auto verdict = billing::assess_rerun(sale.sale, at, desk.rules());
  if (const auto* refusal = std::get_if<SaleRefusal>(&verdict)) return *refusal;
  const auto& rerun = std::get<billing::Rerun>(verdict);
  if (const auto free_at = card_is_free_at(reader, sale.sale.card.token, now, desk, planned)) {
    return SaleRefusal{SaleRefused::card_cap, "until " + to_iso8601(*free_at)};
  }
  ports::Provider* provider = desk.providers.find(rerun.provider_gateway);
  ensure(provider != nullptr, "a FlexFactor gateway of the config has its provider");
  const int round = static_cast<int>(past.size()) + 1;
  const auto request = request_for(reader, sale.sale, round, rerun.provider_gateway, desk, now);
  auto body = provider->compose_sale(request);
  if (!body) return SaleRefusal{SaleRefused::missing_field, body.error().message};
  ports::NewRecovery fresh;
  fresh.subject = sale.key;
  fresh.recovery = recovery_for(request, rerun, round);
  fresh.request = std::move(*body);
  return fresh;
}

ports::StoredRecovery stored(RecoveryKey key, const ports::StoredSale& sale,
                             billing::Recovery recovery) {
  return {key, sale.key, sale.sale.subscription, sale.sale.id, std::move(recovery)};
}

}  // namespace

RerunClaim plan_rerun(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const GatewayId& at, const Desk& desk, Instant now, PlannedCards* cards) {
  int* of_card = cards == nullptr ? nullptr : &(*cards)[sale.sale.card.token];
  auto planned = plan(reader, sale, at, desk, now, of_card == nullptr ? 0 : *of_card);
  if (const auto* refusal = std::get_if<SaleRefusal>(&planned)) return *refusal;
  if (of_card != nullptr) ++*of_card;
  auto& fresh = std::get<ports::NewRecovery>(planned);
  return stored(RecoveryKey(), sale, std::move(fresh.recovery));
}

RerunClaim claim_rerun(ports::LedgerTx& tx, const ports::StoredSale& sale, const GatewayId& at,
                       const Desk& desk, Instant now, const std::string& why) {
  auto planned = plan(tx, sale, at, desk, now);
  if (const auto* refusal = std::get_if<SaleRefusal>(&planned)) return *refusal;
  auto& fresh = std::get<ports::NewRecovery>(planned);
  const auto key = append(tx, fresh, now, why);
  if (!key) return SaleRefusal{SaleRefused::open_recovery, "another process was faster"};
  return stored(*key, sale, std::move(fresh.recovery));
}

std::optional<ports::StoredRecovery> claimed_for(ports::LedgerReader& reader, SaleKey sale,
                                                 const std::string& why) {
  const std::string_view claimed = ports::row_of(ports::EventName::recovery_claimed).text;
  for (const ports::AuditRow& row : reader.audit_of(sale)) {
    if (row.recovery && row.event == claimed && row.reason == why) {
      return reader.recovery(*row.recovery);
    }
  }
  return std::nullopt;
}

}  // namespace recycled::engine
