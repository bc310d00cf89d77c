#include "report/hand_overs.hpp"

#include "report/words.hpp"

namespace recycled::report {

std::string in_words(const WhyNot& why) {
  std::string text = "not taken: " + why.reason + ", " + why.sentence;
  if (!why.detail.empty()) text += " (" + printable(why.detail) + ")";
  return text;
}

std::string handed_over_to(Tense tense, const std::string& gateway) {
  return (tense == Tense::done ? "handed over to " : "would be handed over to ") + gateway;
}

void Totals::add(const Money& amount) {
  Sum& sum = sums_[std::string(amount.currency.code())];
  sum.count += 1;
  sum.money.currency = amount.currency;
  sum.money.minor += amount.minor;
}

std::string Totals::in_words(std::size_t all, Tense tense) const {
  std::int64_t taken = 0;
  std::string sums;
  for (const auto& [code, sum] : sums_) {
    taken += sum.count;
    sums.append(", ").append(report::in_words(sum.money));
  }
  return std::to_string(taken) + " of " + std::to_string(all) +
         (tense == Tense::done ? " handed over" : " would be handed over") + sums + "\n";
}

Json Totals::json() const {
  Json totals = Json::array();
  for (const auto& [code, sum] : sums_) {
    totals.push_back({{"currency", code}, {"count", sum.count}, {"amount", to_decimal(sum.money)}});
  }
  return totals;
}

std::string plan_line(const std::string& plan, Tense tense) {
  if (plan.empty()) return {};
  return "plan " + plan +
         (tense == Tense::done ? ": carried out\n" : ": `--plan " + plan + "` runs this\n");
}

}  // namespace recycled::report
