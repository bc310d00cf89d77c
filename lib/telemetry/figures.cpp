#include "telemetry/figures.hpp"

#include <string_view>

namespace recycled::telemetry {
namespace {

using billing::RecoveryState;

// An object of JSON while it grows; names and values need no escape.
class Members {
 public:
  void add(std::string_view name, const std::string& value) {
    if (!text_.empty()) text_ += ',';
    text_ += '"';
    text_ += name;
    text_ += "\":";
    text_ += value;
  }
  void add(std::string_view name, std::int64_t value) { add(name, std::to_string(value)); }

  const std::string& text() const { return text_; }
  std::string braced() const { return '{' + text_ + '}'; }

 private:
  std::string text_;
};

// As decimals in quotes: a reader's floating point does not come near them unasked.
std::string by_currency(const ports::MoneyByCurrency& money) {
  Members made;
  for (const auto& [currency, minor] : money) {
    made.add(currency.code(), '"' + to_decimal(Money{minor, currency}) + '"');
  }
  return made.braced();
}

}  // namespace

std::string json_members(const ports::RunCounts& figures) {
  Members excluded;
  for (const auto& [reason, count] : ports::excluded(figures)) excluded.add(reason, count);
  Members amounts;
  amounts.add("taken", by_currency(figures.taken));
  amounts.add("recovered", by_currency(figures.recovered));
  Members made;
  made.add("scanned", figures.scanned);
  made.add("taken", figures.claimed);
  made.add("excluded", excluded.braced());
  made.add("sent", figures.sent);
  made.add("pending", ports::became(figures, RecoveryState::waiting));
  made.add("recovered", ports::recovered(figures));
  made.add("failed", ports::became(figures, RecoveryState::failed));
  made.add("withdrawn", ports::became(figures, RecoveryState::withdrawn));
  made.add("refund_due", figures.refund_due);
  made.add("parked", ports::became(figures, RecoveryState::parked));
  made.add("calls", figures.calls);
  made.add("answered", figures.answered);
  made.add("callbacks", figures.callbacks);
  made.add("delivered", figures.delivered);
  made.add("pruned", figures.pruned);
  made.add("amounts", amounts.braced());
  return made.text();
}

}  // namespace recycled::telemetry
