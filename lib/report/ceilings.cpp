#include "report/ceilings.hpp"

namespace recycled::report {
namespace {

Money handed_over_in(const Today& today, const Currency& currency) {
  const auto found = today.handed_over.minor.find(currency);
  return {found == today.handed_over.minor.end() ? 0 : found->second, currency};
}

}  // namespace

std::optional<Today> gather_today(ports::LedgerReader& ledger, const billing::Ceiling& day,
                                  const ports::Calendar& calendar, Instant now) {
  if (!any(day)) return std::nullopt;
  return Today{day, ports::handed_over_today(ledger, calendar, now)};
}

std::string in_words(const Today& today) {
  std::string text;
  if (today.ceiling.count > 0) {
    text = std::to_string(today.handed_over.count) + " of " + std::to_string(today.ceiling.count) +
           " hand-overs";
  }
  for (const auto& [currency, most] : today.ceiling.minor) {
    text += (text.empty() ? "" : ", ") + std::string(currency.code()) + " " +
            to_decimal(handed_over_in(today, currency)) + " of " +
            to_decimal(Money{most, currency});
  }
  return text;
}

Json json_of(const std::optional<Today>& today) {
  if (!today) return nullptr;
  Json json{{"hand_overs", today->handed_over.count}, {"amounts", Json::array()}};
  json["hand_overs_per_day"] = today->ceiling.count > 0 ? Json(today->ceiling.count) : Json();
  for (const auto& [currency, most] : today->ceiling.minor) {
    json["amounts"].push_back({{"currency", currency.code()},
                               {"amount", to_decimal(handed_over_in(*today, currency))},
                               {"amount_per_day", to_decimal(Money{most, currency})}});
  }
  return json;
}

std::optional<std::string> sentence_of(const std::optional<Today>& today, const Money& next) {
  if (!today) return std::nullopt;
  const auto reached = too_much(today->ceiling, today->handed_over, next, "day");
  if (!reached) return std::nullopt;
  if (too_much(today->ceiling, {}, next, "day")) {
    return "But not before " + *reached + " is raised: it is above that by itself.";
  }
  return "But not today: " + *reached + " leaves no room for it.";
}

}  // namespace recycled::report
