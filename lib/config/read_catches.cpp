// The safety catches among [limits]: ceilings and the breaker.
#include "config/reading.hpp"

namespace recycled::config {

namespace {

constexpr std::int64_t most_hand_overs = 1'000'000'000;

void read_amounts(Section& limits, Reading& reading, const std::string& key,
                  billing::Ceiling& ceiling) {
  const Value* table = limits.table(key);
  if (table == nullptr) return;
  Section amounts = reading.section(*table, "[limits] " + key);
  for (const std::string& code : amounts.keys()) {
    const auto currency = Currency::parse(code);
    if (!currency) {
      amounts.refuse(code, in_quotes(code) + " is no currency",
                     "Write codes of ISO 4217: { USD = \"10000.00\" }");
      continue;
    }
    const auto written = amounts.text(code);
    if (!written) continue;
    const auto amount = parse_money(written->value, *currency);
    if (amount && amount->minor > 0) {
      ceiling.minor[*currency] = amount->minor;
    } else {
      amounts.complain(code,
                       code + " " + in_quotes(written->value) + " is not an amount above 0" +
                           (amount ? "" : ": " + amount.error().message),
                       "Write a decimal in major units: { " + code + " = \"" +
                           to_decimal(Money{1'000'000, *currency}) + "\" }");
    }
  }
  amounts.refuse_unknown();
}

void read_ceiling(Section& limits, Reading& reading, const std::string& span,
                  billing::Ceiling& ceiling) {
  ceiling.count =
      limits.integer("hand_overs_per_" + span, 0, most_hand_overs).value_or(ceiling.count);
  read_amounts(limits, reading, "amount_per_" + span, ceiling);
}

void read_breaker(Section& limits, billing::Breaker& breaker) {
  constexpr int fewest = 10;  // of less a share says nothing
  constexpr int most = 1000;
  if (const auto results = limits.integer("breaker_results", 0, most)) {
    breaker.results = static_cast<int>(*results);
    if (*results > 0 && *results < fewest) {
      limits.complain("breaker_results", "breaker_results is " + std::to_string(*results),
                      "Write " + std::to_string(fewest) + " to " + std::to_string(most) +
                          ", or 0 for no breaker");
    }
  }
  if (const auto percent = limits.integer("breaker_refused", 1, 100)) {
    breaker.refused = static_cast<int>(*percent);
  }
  if (const auto percent = limits.integer("breaker_failed", 1, 100)) {
    breaker.failed = static_cast<int>(*percent);
  }
}

}  // namespace

void read_catches(Section& limits, Reading& reading) {
  billing::Rules& rules = reading.settings.rules;
  read_ceiling(limits, reading, "run", rules.ceilings.run);
  read_ceiling(limits, reading, "day", rules.ceilings.day);
  read_breaker(limits, rules.breaker);
}

}  // namespace recycled::config
