// Recycle profiles: the schedule of re-attempts inside one billing cycle. Source: domain.md
// "Recycle profile", mission.md B1.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"

namespace recycled::billing {

inline constexpr int last_reattempt = 9;

// FlexFactor may stand in these two blocks and nowhere else (B1).
enum class Block { reattempts_4_6, reattempts_7_9 };
std::string_view to_text(Block block);                // "4-6", "7-9"
std::optional<Block> block_of(int reattempt_number);  // nothing for 1-3 and beyond 9

// What a reduction is of. A profile serves every currency of its gateways, so its amounts are
// hundredths of a major unit ("10.00" is 10 dollars, 10 yen, 10 dinars), scaled when they are used.
enum class ReductionType { flat, percentage };

struct Reattempt {
  int number = 1;              // 1..9
  int days = 0;                // civil days after the attempt before it
  std::int64_t reduction = 0;  // flat: 1/100 major unit · percentage: 1/100 % of the original price
  bool skip = false;           // uses the number, costs no wait and no reduction

  bool operator==(const Reattempt&) const = default;
};

struct RecycleProfile {
  ProfileId id;
  std::vector<GatewayId> gateways;
  ReductionType reduction_type = ReductionType::flat;
  std::int64_t minimum_price = 0;  // 1/100 major unit of the subscription's currency
  bool bill_on_saturday = false;
  bool hold_recycle_price = false;
  std::map<int, Reattempt> reattempts;  // by number
  std::optional<GatewayId> gateway_4_6;
  std::optional<GatewayId> gateway_7_9;

  bool operator==(const RecycleProfile&) const = default;
};

// The one place where attempt arithmetic is done (lessons.md 6): the next re-attempt has the number
// reattempts_made + 1, or the first after it that the profile does not skip. Nothing when the
// profile lists no such re-attempt: its schedule is exhausted.
std::optional<int> next_reattempt(const RecycleProfile& profile, int reattempts_made);

// The gateway the profile names for that re-attempt's block, if any.
std::optional<GatewayId> gateway_for(const RecycleProfile& profile, int reattempt_number);

// The amount of a re-attempt: price less all reductions of the re-attempts up to and including
// `number` that are not skipped; percentages of the original price, rounded half up; never below
// the minimum price; a price already below the minimum is charged as it is.
Money amount_at(const RecycleProfile& profile, Money price, int number);

// The civil day of a re-attempt: its own wait after the last attempt, moved forward to a Saturday
// if the profile says so (the same day if it is one).
CivilDate due_day(const RecycleProfile& profile, CivilDate last_attempt, int number);

}  // namespace recycled::billing
