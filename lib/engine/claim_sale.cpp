#include "engine/claim_sale.hpp"

#include <utility>

#include "engine/claim.hpp"

namespace recycled::engine {
namespace {

using billing::SaleRefusal;
using billing::SaleRefused;

ports::SaleRequest request_for(ports::LedgerReader& reader, const billing::Sale& sale,
                               const SaleClaim& claim, const Desk& desk, Instant now) {
  const bool shopper_waits = claim.kind == billing::RecoveryKind::cascade;
  ports::SaleRequest request;
  request.order = order_id(desk.installation, sale.id, claim.round);
  request.key = idempotency_key(request.order, 1);
  request.sale = sale;
  if (const auto stored = reader.subscription(sale.subscription)) {
    request.subscription = stored->subscription;
  }
  request.by = shopper_waits ? ports::SaleRequest::By::customer : ports::SaleRequest::By::merchant;
  request.claimed_at = now;
  request.expires_at = claim.expires_at;
  return request;
}

billing::Recovery recovery_for(const ports::SaleRequest& request, const SaleClaim& claim) {
  billing::Recovery recovery = at_claim(request.order, request.claimed_at, request.expires_at);
  recovery.kind = claim.kind;
  recovery.round = claim.round;
  recovery.reattempt = 0;
  recovery.provider_gateway = claim.provider_gateway;
  recovery.return_gateway = request.sale.gateway;
  recovery.return_card = request.sale.card.token;
  recovery.amount = claim.amount;
  return recovery;
}

}  // namespace

std::optional<SaleRefusal> refused_by_past(const std::vector<ports::StoredRecovery>& past) {
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

PlannedSale plan_sale(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const SaleClaim& claim, const Desk& desk, Instant now, int planned) {
  if (const auto free_at = card_is_free_at(reader, sale.sale.card.token, now, desk, planned)) {
    return SaleRefusal{SaleRefused::card_cap, "until " + to_iso8601(*free_at)};
  }
  const auto request = request_for(reader, sale.sale, claim, desk, now);
  auto body = desk.provider(claim.provider_gateway).compose_sale(request);
  if (!body) return SaleRefusal{SaleRefused::missing_field, body.error().message};
  ports::NewRecovery fresh;
  fresh.subject = sale.key;
  fresh.recovery = recovery_for(request, claim);
  fresh.request = std::move(*body);
  return fresh;
}

ports::StoredRecovery as_claimed(RecoveryKey key, const ports::StoredSale& sale,
                                 billing::Recovery recovery) {
  ports::StoredRecovery claimed{key, sale.key, sale.sale.subscription, sale.sale.id,
                                std::move(recovery)};
  claimed.standing = {sale.sale.status};
  return claimed;
}

}  // namespace recycled::engine
