#include "billing/ceilings.hpp"

namespace recycled::billing {

void HandedOver::add(const Money& amount) {
  count += 1;
  minor[amount.currency] += amount.minor;
}

bool any(const Ceiling& ceiling) { return ceiling.count > 0 || !ceiling.minor.empty(); }

std::optional<std::string> too_much(const Ceiling& ceiling, const HandedOver& so_far,
                                    const Money& next, const std::string& span) {
  if (ceiling.count > 0 && so_far.count >= ceiling.count) {
    return "hand_overs_per_" + span + " = " + std::to_string(ceiling.count);
  }
  const auto most = ceiling.minor.find(next.currency);
  if (most == ceiling.minor.end()) return std::nullopt;
  const auto before = so_far.minor.find(next.currency);
  const std::int64_t spent = before == so_far.minor.end() ? 0 : before->second;
  if (spent + next.minor <= most->second) return std::nullopt;
  const std::string code(next.currency.code());
  return "amount_per_" + span + " = { " + code + " = \"" +
         to_decimal(Money{most->second, next.currency}) + "\" }";
}

}  // namespace recycled::billing
