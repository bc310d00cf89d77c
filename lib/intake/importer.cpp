#include "intake/importer.hpp"

#include <algorithm>
#include <utility>

#include "crypto/secret.hpp"
#include "intake/card_guard.hpp"
#include "intake/sale_record.hpp"
#include "intake/subscription_record.hpp"
#include "intake/text.hpp"
#include "intake/unknown_fields.hpp"

namespace recycled::intake {

namespace {

// How records of one kind are read.
struct Subscriptions {
  using Item = billing::Subscription;
  using Record = SubscriptionRecord;
  static constexpr auto read = &to_subscription;
  static constexpr auto item = &SubscriptionRecord::subscription;
  static constexpr auto is_field = &is_subscription_field;
  static constexpr auto required_fields = &required_subscription_fields;
};

struct Sales {
  using Item = billing::Sale;
  using Record = SaleRecord;
  static constexpr auto read = &to_sale;
  static constexpr auto item = &SaleRecord::sale;
  static constexpr auto is_field = &is_sale_field;
  static constexpr auto required_fields = &required_sale_fields;
};

std::string describe(const std::vector<FieldProblem>& problems) {
  std::string text;
  for (const FieldProblem& problem : problems) {
    if (!text.empty()) text += "; ";
    text += problem.field + " " + problem.what;
  }
  return text;
}

Result<void> check_columns(const std::vector<std::string>& columns,
                           const std::vector<std::string>& required) {
  if (columns.empty()) return {};
  std::string missing;
  for (const std::string& name : required) {
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
    missing += (missing.empty() ? "" : ", ") + name;
  }
  if (missing.empty()) return {};
  return fail(Fault::invalid, "the header lacks " + missing);
}

template <class Kind>
class Import {
 public:
  Import(const RecordRules& rules, const ImportHooks& hooks, const Sink<typename Kind::Item>& sink)
      : rules_(rules), hooks_(hooks), sink_(sink) {
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
  // A record between reading and the sink.
  struct Judged {
    std::int64_t line = 0;
    typename Kind::Record read;
    std::string refusal;  // why it is not taken in
    std::string record;   // as in Reject, of one that is or may be refused
  };

  Judged judge(const Row& row, const RowReader& rows) {
    Judged judged;
    judged.line = row.line;
    if (!row.damage.empty()) {
      judged.refusal = row.damage;
      if (!keeps_nothing_of(row)) judged.record = mask_card_numbers(row.raw);
      return judged;
    }
    for (const auto& [name, value] : row.fields) note_field(name);
    auto read = Kind::read(row.fields, rules_);
    // Written anew where card data is in it: masking the raw text could miss an escaped one.
    const bool secret = holds_card_data(row.fields);
    if (!read) {
      judged.refusal = describe(read.error());
      judged.record = secret ? rows.write(masked(row.fields)) : mask_card_numbers(row.raw);
      return judged;
    }
    judged.read = std::move(*read);
    if (judged.read.card) judged.record = rows.write(masked(row.fields));
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
    if (rules_.tokenizing) tokenized = tokenize();
    std::vector<typename Kind::Item> ready;
    ready.reserve(batch_.size());
    for (Judged& row : batch_) {
      if (!row.refusal.empty()) {
        reject({row.line, std::move(row.refusal), std::move(row.record)});
      } else if (!row.read.card) {
        ready.push_back(std::move(row.read.*Kind::item));
      }
    }
    batch_.clear();
    const auto count = static_cast<std::int64_t>(ready.size());
    if (count > 0) {
      auto taken = sink_(std::move(ready));
      if (!taken) return taken;
    }
    summary_.accepted += count;
    hooks_.on_progress(summary_);
    return tokenized;
  }

  Result<void> tokenize() {
    std::vector<ImportCard> cards;
    std::vector<Judged*> owners;
    for (Judged& row : batch_) {
      if (!row.read.card) continue;
      cards.push_back({std::move(row.read.card), {}, {}});
      owners.push_back(&row);
    }
    if (cards.empty()) return {};
    auto done = hooks_.tokenize(cards);
    for (std::size_t i = 0; i < cards.size(); ++i) {
      Judged& owner = *owners[i];
      owner.read.card = std::move(cards[i].card);
      (owner.read.*Kind::item).card.token = std::move(cards[i].token);
      owner.refusal = std::move(cards[i].refusal);
    }
    return done;
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
  const Sink<typename Kind::Item>& sink_;
  std::vector<Judged> batch_;
  UnknownFields unknown_{Kind::is_field};
  bool has_verification_values_ = false;
  ImportSummary summary_;
};

template <class Kind>
Result<ImportSummary> import_rows(RowReader& rows, const RecordRules& rules,
                                  const ImportHooks& hooks, const Sink<typename Kind::Item>& sink) {
  if (auto columns = check_columns(rows.columns(), Kind::required_fields()); !columns) {
    return Failure(columns.error());
  }
  return Import<Kind>(rules, hooks, sink).run(rows);
}

}  // namespace

Result<ImportSummary> import_subscriptions(RowReader& rows, const RecordRules& rules,
                                           const ImportHooks& hooks,
                                           const Sink<billing::Subscription>& sink) {
  return import_rows<Subscriptions>(rows, rules, hooks, sink);
}

Result<ImportSummary> import_sales(RowReader& rows, const RecordRules& rules,
                                   const ImportHooks& hooks, const Sink<billing::Sale>& sink) {
  return import_rows<Sales>(rows, rules, hooks, sink);
}

}  // namespace recycled::intake
