#include "intake/importer.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "intake/card_guard.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

// A file may bring a new name with every line; nobody reads more than these.
constexpr std::size_t most_unknown_fields = 20;

std::string describe(const std::vector<FieldProblem>& problems) {
  std::string text;
  for (const FieldProblem& problem : problems) {
    if (!text.empty()) text += "; ";
    text += problem.field + " " + problem.what;
  }
  return text;
}

Result<void> check_columns(const std::vector<std::string>& columns) {
  if (columns.empty()) return {};
  std::string missing;
  for (const std::string& name : required_subscription_fields()) {
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
    missing += (missing.empty() ? "" : ", ") + name;
  }
  if (missing.empty()) return {};
  return fail(Fault::invalid, "the header lacks " + missing);
}

class Import {
 public:
  Import(const RecordRules& rules, const ImportHooks& hooks) : rules_(rules), hooks_(hooks) {}

  Result<ImportSummary> run(RowReader& rows) {
    for (const std::string& column : rows.columns()) note_unknown(column);
    while (auto row = rows.next()) {
      ++summary_.read;
      take(*row, rows);
      if (batch_.size() < hooks_.batch) continue;
      if (auto flushed = flush(); !flushed) return Failure(flushed.error());
    }
    if (auto flushed = flush(); !flushed) return Failure(flushed.error());
    return summary_;
  }

 private:
  void take(const Row& row, const RowReader& rows) {
    if (!row.damage.empty()) {
      reject({row.line, row.damage, mask_card_numbers(row.raw)});
      return;
    }
    for (const auto& [name, value] : row.fields) note_unknown(name);
    auto subscription = to_subscription(row.fields, rules_);
    if (subscription) {
      batch_.push_back(std::move(*subscription));
      return;
    }
    // Written anew where a card number is in it: masking the raw text could miss an escaped one.
    const bool secret = holds_card_data(row.fields);
    reject({row.line, describe(subscription.error()),
            secret ? rows.write(masked(row.fields)) : mask_card_numbers(row.raw)});
  }

  void reject(Reject reject) {
    ++summary_.rejected;
    reject.reason = mask_card_numbers(reject.reason);
    hooks_.on_reject(reject);
  }

  Result<void> flush() {
    const auto count = static_cast<std::int64_t>(batch_.size());
    if (count > 0) {
      auto taken = hooks_.sink(std::exchange(batch_, {}));
      if (!taken) return taken;
    }
    summary_.accepted += count;
    hooks_.on_progress(summary_);
    return {};
  }

  void note_unknown(const std::string& name) {
    if (is_subscription_field(name) || unknown_.size() >= most_unknown_fields) return;
    if (unknown_.insert(name).second) {
      summary_.unknown_fields.push_back(printable(mask_card_numbers(name)));
    }
  }

  const RecordRules& rules_;
  const ImportHooks& hooks_;
  std::vector<billing::Subscription> batch_;
  std::set<std::string> unknown_;
  ImportSummary summary_;
};

}  // namespace

Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks) {
  if (auto columns = check_columns(rows.columns()); !columns) return Failure(columns.error());
  return Import(rules, hooks).run(rows);
}

}  // namespace recycled::intake
