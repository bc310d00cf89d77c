#include "report/revenue_csv.hpp"

#include <array>

#include "report/revenue.hpp"

namespace recycled::report {
namespace {

constexpr std::array columns{
    "order_id",      "block",           "subscription_id", "merchant_order_id",
    "billing_cycle", "reattempt",       "gateway_id",      "flexfactor_gateway_id",
    "decline_code",  "decline_message", "amount",          "currency",
    "outcome",       "state",           "reason",          "claimed_at",
    "settled_at",    "refunded",        "charged_back",    "refund_due",
    "late"};

std::string_view yes_no(int flag) { return flag != 0 ? "yes" : "no"; }

template <class Cells>
std::string line(const Cells& cells) {
  std::string text;
  for (const auto& cell : cells) text += csv_field(cell) + ",";
  text.pop_back();
  return text + "\r\n";
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string field(text);
  if (!field.empty() && std::string_view("=+-@\t\r\n").find(field.front()) != std::string::npos) {
    field.insert(0, 1, '\'');
  }
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string(2, c) : std::string(1, c);
  return quoted + "\"";
}

std::string csv_head() { return line(columns); }

std::string csv_row(const ports::ClaimedRecovery& row) {
  const billing::Recovery& recovery = row.stored.recovery;
  const bool recycles = recovery.kind == billing::RecoveryKind::recycle;
  const auto settled = recovery.settled_at;
  const std::array<std::string, columns.size()> cells{
      recovery.order.str(),
      std::string(title(way_of(recovery))),  // "4-6" would become a date
      row.stored.subscription.str(),
      row.stored.sale.str(),
      recycles ? std::to_string(recovery.cycle) : "",
      recycles ? std::to_string(recovery.reattempt) : "",
      recovery.return_gateway.str(),
      recovery.provider_gateway.str(),
      row.decline_code,
      row.decline_message,
      to_decimal(recovery.amount),
      std::string(recovery.amount.currency.code()),
      std::string(to_text(outcome_of(recovery))),
      std::string(to_text(recovery.state)),
      std::string(to_text(recovery.reason)),
      to_iso8601(recovery.claimed_at),
      settled ? to_iso8601(*settled) : "",
      std::string(yes_no(int{recovery.refunded})),
      std::string(yes_no(int{recovery.charged_back})),
      std::string(yes_no(int{recovery.refund_due})),
      std::string(yes_no(int{recovery.late}))};
  return line(cells);
}

}  // namespace recycled::report
