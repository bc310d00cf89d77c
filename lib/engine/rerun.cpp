#include "engine/rerun.hpp"

#include <utility>

#include "base/failpoint.hpp"
#include "engine/claim_sale.hpp"
#include "engine/pause.hpp"

namespace recycled::engine {
namespace {

using billing::SaleRefusal;

PlannedSale plan(ports::LedgerReader& reader, const ports::StoredSale& sale, const GatewayId& at,
                 const Desk& desk, Instant now, int planned = 0) {
  const auto past = reader.recoveries_of(sale.key);
  const auto refused = refused_by_past(past);
  if (refused) return *refused;
  const auto verdict = billing::assess_rerun(sale.sale, at, desk.rules());
  if (const auto* refusal = std::get_if<SaleRefusal>(&verdict)) return *refusal;
  const auto& rerun = std::get<billing::Rerun>(verdict);
  SaleClaim claim;
  claim.kind = billing::RecoveryKind::rerun;
  claim.provider_gateway = rerun.provider_gateway;
  claim.amount = rerun.amount;
  claim.round = static_cast<int>(past.size()) + 1;
  claim.expires_at = expiry_of(rerun.provider_gateway, desk, now);
  return plan_sale(reader, sale, claim, desk, now, planned);
}

}  // namespace

RerunClaim plan_rerun(ports::LedgerReader& reader, const ports::StoredSale& sale,
                      const GatewayId& at, const Desk& desk, Instant now, Draft& draft) {
  int& of_card = draft.cards[sale.sale.card.token];
  auto planned = plan(reader, sale, at, desk, now, of_card);
  if (const auto* refusal = std::get_if<SaleRefusal>(&planned)) return *refusal;
  auto& fresh = std::get<ports::NewRecovery>(planned);
  if (auto reached = draft.room.why_not(fresh.recovery.amount)) {
    return SaleRefusal{billing::SaleRefused::ceiling, std::move(*reached)};
  }
  of_card += 1;
  draft.taken += 1;
  draft.room.take(fresh.recovery.amount);
  return as_claimed(RecoveryKey(), sale, std::move(fresh.recovery));
}

RerunClaim claim_rerun(ports::LedgerTx& tx, const ports::StoredSale& sale, const GatewayId& at,
                       const Desk& desk, Instant now, Room& room, const std::string& why) {
  auto planned = plan(tx, sale, at, desk, now);
  if (const auto* refusal = std::get_if<SaleRefusal>(&planned)) return *refusal;
  auto& fresh = std::get<ports::NewRecovery>(planned);
  if (auto pause = why_paused(tx, fresh.recovery.provider_gateway)) {
    return SaleRefusal{billing::SaleRefused::paused, std::move(*pause)};
  }
  if (auto reached = room.why_not(fresh.recovery.amount)) {
    return SaleRefusal{billing::SaleRefused::ceiling, std::move(*reached)};
  }
  const auto key = append(tx, fresh, now, why);
  if (!key) return SaleRefusal{billing::SaleRefused::open_recovery, "another process was faster"};
  room.take(fresh.recovery.amount);
  return as_claimed(*key, sale, std::move(fresh.recovery));
}

async::Task<Result<RerunClaims>> rerun_batch(const Context& context,
                                             std::vector<RerunWish> wishes) {
  const Instant now = context.clock.now();
  std::function<RerunClaims(ports::LedgerTx&)> work = [&context, &wishes,
                                                       now](ports::LedgerTx& tx) {
    RerunClaims claims;
    claims.reserve(wishes.size());
    Room room(tx, context.desk, now, std::nullopt);
    for (const RerunWish& wish : wishes) {
      auto& claim = claims.emplace_back();
      const auto sale = tx.sale(wish.sale);
      if (sale) claim = claim_rerun(tx, *sale, wish.at, context.desk, now, room);
    }
    return claims;
  };
  auto claims = co_await ports::transact(context.ledger, std::move(work));
  may_die_at(Failpoint::rerun_committed);
  co_return claims;
}

}  // namespace recycled::engine
