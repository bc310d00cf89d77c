#include "report/drift.hpp"

#include <array>

#include "report/words.hpp"

namespace recycled::report {

namespace {

using billing::News;
using billing::RecoveryState;

// So many orders of others are kept to be looked for among ours; a list of more is counted alone.
constexpr std::size_t most_kept = 10'000;
constexpr int page = 500;
constexpr int rounds = 3;  // of a cycle, looked for after a ledger was lost

// How an order stands, on either side.
enum class Standing { open, charged, ended, refunded, unknown, strange };

Standing standing_of(News news) {
  switch (news) {
    case News::completed:
      return Standing::charged;
    case News::expired:
    case News::cancelled:
      return Standing::ended;
    case News::still_open:
    case News::capture_required:
    case News::challenge:
    case News::problem:
      return Standing::open;
    case News::refunded:
    case News::charged_back:
      return Standing::refunded;
    case News::not_found:
      return Standing::unknown;
    case News::strange:
      return Standing::strange;
  }
  return Standing::strange;
}

Standing standing_of(RecoveryState state) {
  switch (state) {
    case RecoveryState::intended:
    case RecoveryState::unknown:
    case RecoveryState::waiting:
    case RecoveryState::grace:
    case RecoveryState::withdrawing:
    case RecoveryState::parked:
      return Standing::open;
    case RecoveryState::recovered:
      return Standing::charged;
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      return Standing::ended;
  }
  return Standing::strange;
}

// Whether FlexFactor has to know it: what never got an answer may never have arrived.
bool must_be_known(const billing::Recovery& ours) {
  const bool took_it = ours.provider_order.has_value();
  return took_it && standing_of(ours.state) != Standing::ended;
}

std::optional<Drift> drift_of(const billing::Recovery& ours, News news) {
  const Standing here = standing_of(ours.state);
  switch (standing_of(news)) {
    case Standing::charged:
      if (here == Standing::charged) return std::nullopt;
      return Drift::charged_there;
    case Standing::ended:
      if (here == Standing::charged) return Drift::not_charged_there;
      if (here == Standing::open) return Drift::ended_there;
      return std::nullopt;
    case Standing::open:
      if (here == Standing::charged) return Drift::not_charged_there;
      if (here == Standing::ended) return Drift::open_there;
      return std::nullopt;
    case Standing::refunded:
      if (ours.refunded || ours.charged_back) return std::nullopt;
      return Drift::refunded_there;
    case Standing::unknown:
      if (must_be_known(ours)) return Drift::missing_there;
      return std::nullopt;
    case Standing::strange:
      return Drift::strange_there;
  }
  return std::nullopt;
}

Difference difference(Drift drift, const ports::StoredRecovery& ours,
                      const ports::ListedOrder& theirs) {
  Difference made;
  made.drift = drift;
  made.gateway = ours.recovery.provider_gateway;
  made.subscription = ours.subscription;
  made.sale = ours.sale;
  made.order = ours.recovery.order;
  made.provider_order = theirs.provider_order;
  made.here = billing::to_text(ours.recovery.state);
  made.there = theirs.word;
  return made;
}

constexpr std::array known_states{
    RecoveryState::intended,  RecoveryState::unknown,     RecoveryState::waiting,
    RecoveryState::grace,     RecoveryState::withdrawing, RecoveryState::parked,
    RecoveryState::recovered, RecoveryState::failed,      RecoveryState::withdrawn,
};

}  // namespace

std::vector<Difference> compare(const ports::StoredRecovery& ours,
                                const ports::ListedOrder& theirs) {
  std::vector<Difference> found;
  if (const auto drift = drift_of(ours.recovery, theirs.news)) {
    found.push_back(difference(*drift, ours, theirs));
  }
  if (theirs.amount && *theirs.amount != ours.recovery.amount) {
    Difference amount = difference(Drift::amount_differs, ours, theirs);
    amount.here = in_words(ours.recovery.amount);
    amount.there = in_words(*theirs.amount);
    found.push_back(std::move(amount));
  }
  return found;
}

// --- one gateway ---

bool ProviderComparison::is_seen(RecoveryKey key) const {
  const auto index = static_cast<std::size_t>(key.value());
  return index < seen_.size() && seen_[index];
}

void ProviderComparison::see(RecoveryKey key) {
  const auto index = static_cast<std::size_t>(key.value());
  if (index >= seen_.size()) seen_.resize(index + index / 2 + 64);
  seen_[index] = true;
}

void ProviderComparison::add(std::vector<Difference> found) {
  for (Difference& one : found) differences_.push_back(std::move(one));
}

std::optional<ports::StoredRecovery> ProviderComparison::ours(ports::LedgerReader& ledger,
                                                              const ports::ListedOrder& theirs) {
  if (!theirs.order.empty()) {
    if (auto found = ledger.recovery(theirs.order)) return found;
  }
  return ledger.recovery_by_provider(theirs.provider_order);
}

bool ProviderComparison::is_second(const ports::StoredRecovery& ours,
                                   const ports::ListedOrder& theirs) {
  const auto& known = ours.recovery.provider_order;
  if (known) return *known != theirs.provider_order;
  const auto [first, is_first] = first_seen_.emplace(ours.key, theirs.provider_order);
  return !is_first && first->second != theirs.provider_order;
}

void ProviderComparison::take_page(ports::LedgerReader& ledger,
                                   const std::vector<ports::ListedOrder>& orders) {
  for (const ports::ListedOrder& theirs : orders) {
    const auto found = ours(ledger, theirs);
    if (!found) {
      ++not_ours_;
      if (!theirs.order.empty() && nobodys_.size() < most_kept) {
        nobodys_.emplace(theirs.order, theirs);
      }
    } else if (is_second(*found, theirs)) {
      // A sync account's "not now" may leave an ended order behind at each repeat.
      const bool ended = standing_of(theirs.news) == Standing::ended;
      if (!ended) add({difference(Drift::second_order, *found, theirs)});
    } else {
      ++compared_;
      see(found->key);
      add(compare(*found, theirs));
    }
  }
}

std::vector<ports::StoredRecovery> ProviderComparison::next_unseen(ports::LedgerReader& ledger,
                                                                   Period period, int limit) {
  std::vector<ports::StoredRecovery> unseen;
  while (unseen.empty() && state_ < static_cast<int>(known_states.size())) {
    const auto state = known_states[static_cast<std::size_t>(state_)];
    const auto rows = ledger.in_state(state, after_, limit);
    for (const auto& row : rows) {
      const billing::Recovery& recovery = row.recovery;
      const bool in_period = recovery.claimed_at >= period.from && recovery.claimed_at < period.to;
      const bool known_there = recovery.provider_order.has_value();
      if (in_period && known_there && recovery.provider_gateway == gateway_ && !is_seen(row.key)) {
        unseen.push_back(row);
      }
    }
    after_ = rows.empty() ? RecoveryKey() : rows.back().key;
    if (rows.empty()) ++state_;
  }
  return unseen;
}

void ProviderComparison::take_inquiry(const ports::StoredRecovery& ours, News news,
                                      const std::string& word) {
  ports::ListedOrder theirs;
  theirs.provider_order = ours.recovery.provider_order.value_or(ProviderOrderId());
  theirs.news = news;
  theirs.word = word;
  ++compared_;
  see(ours.key);
  add(compare(ours, theirs));
}

void ProviderComparison::find_lost(ports::LedgerReader& ledger, const OrderNames& names) {
  find_lost_cycles(ledger, names);
  find_lost_sales(ledger, names);
}

void ProviderComparison::find_lost_cycles(ports::LedgerReader& ledger, const OrderNames& names) {
  std::optional<SubscriptionKey> after = SubscriptionKey();
  while (after && !nobodys_.empty()) {
    const auto rows = ledger.in_recycle_billing(*after, page);
    after = rows.last;
    for (const auto& row : rows.found) {
      const auto& subscription = row.subscription;
      Difference whose;
      whose.subscription = subscription.id;
      for (int round = 1; round <= rounds; ++round) {
        find_lost_one(names.of_cycle(subscription.id, subscription.cycle, round), whose);
      }
    }
  }
}

void ProviderComparison::find_lost_sales(ports::LedgerReader& ledger, const OrderNames& names) {
  ports::DueCursor after;
  while (!nobodys_.empty()) {
    const auto rows = ledger.sales_declined(from_millis(INT64_MAX), after, page);
    if (rows.empty()) return;
    for (const auto& row : rows) {
      Difference whose;
      whose.subscription = row.sale.subscription;
      whose.sale = row.sale.id;
      for (int round = 1; round <= rounds; ++round) {
        find_lost_one(names.of_sale(row.sale.id, round), whose);
      }
    }
    after = {rows.back().sale.declined->at, rows.back().key.value()};
  }
}

void ProviderComparison::find_lost_one(const OrderId& order, Difference whose) {
  const auto found = nobodys_.find(order);
  if (found == nobodys_.end()) return;
  const ports::ListedOrder& theirs = found->second;
  whose.drift = Drift::lost_here;
  whose.gateway = gateway_;
  whose.order = theirs.order;
  whose.provider_order = theirs.provider_order;
  whose.here = "no recovery";
  whose.there = theirs.word;
  add({std::move(whose)});
  --not_ours_;
}

}  // namespace recycled::report
