// `recycled status`: how things stand, read from the ledger alone. Source: operations.md
// "Commands"; lessons.md 13 and 22 (oldest due and rows without news come first to the eye).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "ports/ledger.hpp"
#include "report/ceilings.hpp"

namespace recycled::report {

// How many parked items are listed; all of them are counted.
inline constexpr std::size_t parked_listed = 50;
// … and how many of each kind that are held for want of a class of their decline.
inline constexpr int held_listed = 50;

// Open recoveries claimed at least `from` ago, and not as long ago as the next band's.
struct AgeBand {
  Millis from{};
  std::int64_t count = 0;

  bool operator==(const AgeBand&) const = default;
};

struct ParkedItem {
  OrderId order;
  SubscriptionId subscription;
  SaleId sale;  // empty: it is the subscription's
  billing::Reason reason = billing::Reason::none;
  Money amount;
  Instant since{};  // when it was parked; without an audit row that says so, when it was claimed

  bool operator==(const ParkedItem&) const = default;
};

// Open recoveries about which FlexFactor has not answered what we last asked: of unknown fate, or
// with a step that has been tried in vain.
struct WithoutNews {
  std::int64_t count = 0;
  std::optional<Instant> oldest_claim;

  bool operator==(const WithoutNews&) const = default;
};

// Nobody said whether its decline is soft or hard: it waits until somebody does (domain.md "Decline
// mapping"). What a mapping goes by is shown with it.
struct HeldItem {
  SubscriptionId subscription;
  SaleId sale;  // empty: it is the subscription's
  GatewayId gateway;
  std::string code;
  std::string message;
  Instant declined_at{};

  bool operator==(const HeldItem&) const = default;
};

struct Held {
  std::int64_t subscriptions = 0;
  std::int64_t sales = 0;
  std::vector<HeldItem> items;  // the first held_listed of both
};

struct StatusReport {
  Instant at{};
  std::vector<std::string> sealed;   // why the ledger is not written here; empty: it is
  std::vector<ports::Pause> pauses;  // that stand
  std::optional<Today> today;        // where the day has a ceiling
  ports::Counts counts;
  std::vector<AgeBand> open_by_age;  // from young to old
  std::optional<Instant> next_due;   // of what is yet to be handed over; in the past: overdue
  std::optional<Instant> next_step;  // of what has been handed over; in the past: overdue
  WithoutNews without_news;
  std::vector<ParkedItem> parked;  // the first parked_listed of them
  Held held;
  std::optional<ports::RunRow> last_run;
  std::vector<ports::Total> totals;  // without what went back
  std::vector<ports::Returned> returned;
};

StatusReport gather_status(ports::LedgerReader& ledger, const billing::Rules& rules,
                           const ports::Calendar& calendar, Instant now);

std::string to_text(const StatusReport& status);
std::string to_json(const StatusReport& status);

}  // namespace recycled::report
