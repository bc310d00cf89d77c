// What a dry run of many hand-overs said, as one value with a digest, so that `--plan DIGEST` can
// run exactly that, or name what has changed since. Source: operations.md "Commands"; mission.md
// X2. Pure: where it is kept is the ledger's business (ports::DryRun).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

namespace recycled::report {

struct PlannedHandOver {
  GatewayId gateway;
  Money amount;
  int expiry_days = 0;  // not the instant of its end, which is another at every look
  int cycle = 0;        // these two of a subscription; 0: it is an order
  int reattempt = 0;

  bool operator==(const PlannedHandOver&) const = default;
};

struct PlannedItem {
  std::string id;  // the subscription's, or the merchant's order id
  std::optional<PlannedHandOver> taken;
  std::string reason;  // why it is not taken, in one word; empty of one that is

  bool operator==(const PlannedItem&) const = default;
};

struct Plan {
  std::string command;  // whose: "rerun"
  std::vector<PlannedItem> items;

  bool operator==(const Plan&) const = default;
};

// A line for each item in order of its id, whatever the order of `items` was.
std::string content_of(const Plan& plan);
// Has the form of a GUID, so that it is never taken for a card number.
std::string digest_of(std::string_view content);
// What content_of wrote. Fault::store: nothing that it writes.
Result<Plan> plan_of(std::string_view content);

// What is no longer as it was planned, in order of id.
struct PlanChange {
  std::string id;
  std::optional<PlannedItem> planned;  // nothing: it was not in the plan
  std::optional<PlannedItem> now;      // nothing: it is not among those asked for any more

  bool operator==(const PlanChange&) const = default;
};

// Only what would make another hand-over counts. That something left out is left out for another
// reason by now, or is not there any more, changes nothing of what runs.
std::vector<PlanChange> changes_since(const Plan& planned, const Plan& now);

// {"plan","changed":[{"id","planned":{…} or null,"now":{…} or null}]}, or a line for each.
std::string to_text(const std::vector<PlanChange>& changes);
std::string to_json(const std::string& digest, const std::vector<PlanChange>& changes);

}  // namespace recycled::report
