#include "billing/profile.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

constexpr std::int64_t whole = 10'000;  // a hundred percent, in hundredths of a percent

std::int64_t reductions_up_to(const RecycleProfile& profile, int number) {
  std::int64_t sum = 0;
  for (const auto& [listed, reattempt] : profile.reattempts) {
    if (listed <= number && !reattempt.skip) sum += reattempt.reduction;
  }
  return sum;
}

// Hundredths of a major unit in the currency's minor units, rounded half up where it has fewer.
std::int64_t to_minor(std::int64_t hundredths, Currency currency) {
  constexpr int two = 2;
  for (int digits = two; digits < currency.exponent(); ++digits) hundredths *= 10;
  std::int64_t divisor = 1;
  for (int digits = currency.exponent(); digits < two; ++digits) divisor *= 10;
  return (hundredths + divisor / 2) / divisor;
}

// The amount is what is rounded half up, not the reduction: 89.95 less 10 % is 80.96.
std::int64_t reduced(ReductionType type, Money price, std::int64_t reduction) {
  switch (type) {
    case ReductionType::flat:
      return price.minor - to_minor(reduction, price.currency);
    case ReductionType::percentage:
      return (price.minor * std::max<std::int64_t>(whole - reduction, 0) + whole / 2) / whole;
  }
  ensure(false, "a reduction type of the set");
  return price.minor;
}

CivilDate saturday_from(CivilDate date) {
  const std::chrono::sys_days day(date);
  return CivilDate(day + (std::chrono::Saturday - std::chrono::weekday(day)));
}

}  // namespace

std::string_view to_text(Block block) {
  switch (block) {
    case Block::reattempts_4_6:
      return "4-6";
    case Block::reattempts_7_9:
      return "7-9";
  }
  ensure(false, "a block of the set");
  return {};
}

std::optional<Block> block_of(int reattempt_number) {
  if (reattempt_number >= 4 && reattempt_number <= 6) return Block::reattempts_4_6;
  if (reattempt_number >= 7 && reattempt_number <= last_reattempt) return Block::reattempts_7_9;
  return std::nullopt;
}

std::optional<int> next_reattempt(const RecycleProfile& profile, int reattempts_made) {
  ensure(reattempts_made >= 0, "a count of re-attempts is not negative");
  for (int number = reattempts_made + 1; number <= last_reattempt; ++number) {
    const auto listed = profile.reattempts.find(number);
    if (listed == profile.reattempts.end()) return std::nullopt;
    if (!listed->second.skip) return number;
  }
  return std::nullopt;
}

std::optional<GatewayId> gateway_for(const RecycleProfile& profile, int reattempt_number) {
  const auto block = block_of(reattempt_number);
  if (!block) return std::nullopt;
  switch (*block) {
    case Block::reattempts_4_6:
      return profile.gateway_4_6;
    case Block::reattempts_7_9:
      return profile.gateway_7_9;
  }
  ensure(false, "a block of the set");
  return std::nullopt;
}

Money amount_at(const RecycleProfile& profile, Money price, int number) {
  const std::int64_t minimum = to_minor(profile.minimum_price, price.currency);
  if (price.minor <= minimum) return price;
  const std::int64_t reduction = reductions_up_to(profile, number);
  const std::int64_t minor = reduced(profile.reduction_type, price, reduction);
  return Money{std::max(minor, minimum), price.currency};
}

CivilDate due_day(const RecycleProfile& profile, CivilDate last_attempt, int number) {
  const auto listed = profile.reattempts.find(number);
  ensure(listed != profile.reattempts.end(), "only a listed re-attempt has a day");
  const CivilDate due = add_days(last_attempt, listed->second.skip ? 0 : listed->second.days);
  return profile.bill_on_saturday ? saturday_from(due) : due;
}

}  // namespace recycled::billing
