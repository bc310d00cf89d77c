#include "ports/run_counts.hpp"

namespace recycled::ports {
namespace {

using billing::RecoveryState;

template <class Key>
std::map<Key, std::int64_t> grown(const std::map<Key, std::int64_t>& now,
                                  const std::map<Key, std::int64_t>& before) {
  std::map<Key, std::int64_t> made;
  for (const auto& [key, count] : now) {
    const auto found = before.find(key);
    const std::int64_t more = count - (found == before.end() ? 0 : found->second);
    if (more != 0) made.emplace(key, more);
  }
  return made;
}

std::string in_brackets(const std::string& text) { return text.empty() ? "" : " (" + text + ")"; }

std::string to_text(const MoneyByCurrency& money) {
  std::string text;
  for (const auto& [currency, minor] : money) {
    text += (text.empty() ? "" : ", ") + std::string(currency.code()) + " " +
            to_decimal(Money{minor, currency});
  }
  return in_brackets(text);
}

std::string excluded_text(const RunCounts& counts) {
  std::int64_t all = 0;
  std::string text;
  for (const auto& [reason, count] : excluded(counts)) {
    all += count;
    text += (text.empty() ? "" : ", ") + std::string(reason) + " " + std::to_string(count);
  }
  return ", excluded " + std::to_string(all) + in_brackets(text);
}

// What happens seldom is named when it has happened.
std::string seldom(const char* what, std::int64_t count) {
  return count == 0 ? "" : std::string(", ") + what + " " + std::to_string(count);
}

}  // namespace

RunCounts since(const RunCounts& now, const RunCounts& before) {
  RunCounts made;
  made.scanned = now.scanned - before.scanned;
  made.claimed = now.claimed - before.claimed;
  made.sent = now.sent - before.sent;
  made.calls = now.calls - before.calls;
  made.answered = now.answered - before.answered;
  made.callbacks = now.callbacks - before.callbacks;
  made.delivered = now.delivered - before.delivered;
  made.pruned = now.pruned - before.pruned;
  made.refund_due = now.refund_due - before.refund_due;
  made.held = grown(now.held, before.held);
  made.put_off = grown(now.put_off, before.put_off);
  made.became = grown(now.became, before.became);
  made.taken = grown(now.taken, before.taken);
  made.recovered = grown(now.recovered, before.recovered);
  return made;
}

std::int64_t became(const RunCounts& counts, RecoveryState state) {
  const auto found = counts.became.find(state);
  return found == counts.became.end() ? 0 : found->second;
}

std::int64_t recovered(const RunCounts& counts) {
  return became(counts, RecoveryState::recovered) - counts.refund_due;
}

std::map<std::string_view, std::int64_t> excluded(const RunCounts& counts) {
  std::map<std::string_view, std::int64_t> made = counts.put_off;
  for (const auto& [reason, count] : counts.held) made[billing::to_text(reason)] += count;
  return made;
}

std::string to_text(const RunCounts& counts) {
  const auto plain = [](const char* what, std::int64_t count) {
    return std::string(", ") + what + " " + std::to_string(count);
  };
  return "scanned " + std::to_string(counts.scanned) + plain("taken", counts.claimed) +
         to_text(counts.taken) + excluded_text(counts) + plain("sent", counts.sent) +
         plain("pending", became(counts, RecoveryState::waiting)) +
         plain("recovered", recovered(counts)) + to_text(counts.recovered) +
         plain("failed", became(counts, RecoveryState::failed)) +
         seldom("withdrawn", became(counts, RecoveryState::withdrawn)) +
         seldom("refund due", counts.refund_due) +
         plain("parked", became(counts, RecoveryState::parked)) + plain("calls", counts.calls) +
         seldom("unanswered", counts.calls - counts.answered) +
         seldom("callbacks", counts.callbacks) + seldom("events delivered", counts.delivered) +
         seldom("pruned", counts.pruned);
}

}  // namespace recycled::ports
