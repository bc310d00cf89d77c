// How many, and how much: what status, metrics and the report say of the whole ledger.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "base/money.hpp"
#include "base/time.hpp"
#include "billing/decide.hpp"
#include "billing/eligibility.hpp"
#include "billing/recovery.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"
#include "ports/delivery.hpp"
#include "ports/stored_callback.hpp"

namespace recycled::ports {

struct Counts {
  std::map<billing::SubscriptionStatus, std::int64_t> subscriptions;
  std::map<billing::SaleStatus, std::int64_t> sales;
  std::map<billing::RecoveryState, std::int64_t> recoveries;
  std::map<billing::NotTaken, std::int64_t> refusals;
  std::map<CallbackResult, std::int64_t> callbacks;
  std::map<DeliveryState, std::int64_t> deliveries;
  std::optional<Instant> oldest_delivery;  // since when the oldest waiting one has been queued
  // Parked recoveries, callbacks that nobody looks at again by himself, and events that were given
  // up: exit code 3.
  std::int64_t waiting_for_person = 0;
  // Those of which the payloads are gone.
  std::int64_t pruned_recoveries = 0;
  std::int64_t pruned_callbacks = 0;
};

// What is open now, for whoever looks every few seconds: it costs what is open, not what is stored.
struct Backlog {
  std::map<billing::RecoveryState, std::int64_t> open;  // live ones alone
  std::optional<Instant> oldest_claim;                  // of the live ones
  std::optional<Instant> last_callback;                 // stored one
  std::int64_t callbacks = 0;   // stored, and to be looked at again by themselves
  std::int64_t deliveries = 0;  // of events, that wait
  std::optional<Instant> oldest_delivery;
  std::int64_t waiting_for_person = 0;  // as in Counts
};

// Money that moved, by currency: what the report and the demo's table show.
struct Total {
  billing::RecoveryState state = billing::RecoveryState::recovered;
  billing::Reason reason = billing::Reason::none;
  Currency currency;
  std::int64_t count = 0;
  std::int64_t minor = 0;
};

// Charges that went back, by what took them: out of recovered revenue.
enum class MoneyBack { refunded, charged_back };
std::string_view to_text(MoneyBack how);

struct Returned {
  MoneyBack how = MoneyBack::refunded;
  Currency currency;
  std::int64_t count = 0;
  std::int64_t minor = 0;
};

}  // namespace recycled::ports
