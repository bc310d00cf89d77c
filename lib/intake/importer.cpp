#include "intake/importer.hpp"

#include <algorithm>
#include <utility>

#include "crypto/secret.hpp"
#include "intake/card_guard.hpp"
#include "intake/unknown_fields.hpp"

namespace recycled::intake {

namespace {

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
  Import(const RecordRules& rules, const ImportHooks& hooks) : rules_(rules), hooks_(hooks) {
    batch_.reserve(hooks.batch);
  }

  Result<ImportSummary> run(RowReader& rows) {
    for (const std::string& column : rows.columns()) note_field(column);
    while (auto row = rows.next()) {
      ++summary_.read;
      batch_.push_back(judge(*row, rows));
      if (rules_.tokenizing) wipe(*row);
      if (batch_.size() < hooks_.batch) continue;
      if (auto flushed = flush(); !flushed) return Failure(flushed.error());
    }
    if (auto flushed = flush(); !flushed) return Failure(flushed.error());
    summary_.unknown_fields = unknown_.names();
    return summary_;
  }

 private:
  ImportRow judge(const Row& row, const RowReader& rows) {
    ImportRow judged;
    judged.line = row.line;
    if (!row.damage.empty()) {
      judged.refusal = row.damage;
      if (!keeps_nothing_of(row)) judged.record = mask_card_numbers(row.raw);
      return judged;
    }
    for (const auto& [name, value] : row.fields) note_field(name);
    auto read = to_subscription(row.fields, rules_);
    // Written anew where card data is in it: masking the raw text could miss an escaped one.
    const bool secret = holds_card_data(row.fields);
    if (!read) {
      judged.refusal = describe(read.error());
      judged.record = secret ? rows.write(masked(row.fields)) : mask_card_numbers(row.raw);
      return judged;
    }
    judged.subscription = std::move(read->subscription);
    judged.card = std::move(read->card);
    if (judged.card) judged.record = rows.write(masked(row.fields));
    return judged;
  }

  // A verification value that cannot be told from the rest of a damaged record.
  bool keeps_nothing_of(const Row& row) const {
    return has_verification_values_ || names_verification_value(row.raw);
  }

  static void wipe(Row& row) {
    crypto::wipe(row.raw);
    const auto number = row.fields.find("card_number");
    if (number != row.fields.end()) crypto::wipe(number->second);
  }

  Result<void> flush() {
    Result<void> tokenized;
    if (rules_.tokenizing) tokenized = hooks_.tokenize(batch_);
    std::vector<billing::Subscription> ready;
    for (ImportRow& row : batch_) {
      if (!row.refusal.empty()) {
        reject({row.line, std::move(row.refusal), std::move(row.record)});
      } else if (!row.card) {
        ready.push_back(std::move(row.subscription));
      }
    }
    batch_.clear();
    const auto count = static_cast<std::int64_t>(ready.size());
    if (count > 0) {
      auto taken = hooks_.sink(std::move(ready));
      if (!taken) return taken;
    }
    summary_.accepted += count;
    hooks_.on_progress(summary_);
    return tokenized;
  }

  void reject(Reject reject) {
    ++summary_.rejected;
    reject.reason = mask_card_numbers(reject.reason);
    hooks_.on_reject(reject);
  }

  void note_field(const std::string& name) {
    if (is_verification_value(name)) has_verification_values_ = true;
    unknown_.note(name);
  }

  const RecordRules& rules_;
  const ImportHooks& hooks_;
  std::vector<ImportRow> batch_;
  UnknownFields unknown_{&is_subscription_field};
  bool has_verification_values_ = false;
  ImportSummary summary_;
};

}  // namespace

Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks) {
  if (auto columns = check_columns(rows.columns()); !columns) return Failure(columns.error());
  return Import(rules, hooks).run(rows);
}

}  // namespace recycled::intake
