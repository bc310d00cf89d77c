// Records that come in one JSON text: an object, a list of objects, or an object whose one member
// is that list. Each is read like a line of JSONL, and one bad record costs itself alone.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "intake/field_reader.hpp"
#include "intake/rerun_record.hpp"
#include "intake/row.hpp"
#include "intake/sale_record.hpp"
#include "intake/subscription_record.hpp"

namespace recycled::intake {

struct BatchFault {
  enum class Kind { not_json, wrong_shape, too_many };
  Kind kind = Kind::not_json;
  std::string what;  // quotes nothing of the text

  bool operator==(const BatchFault&) const = default;
};

struct BatchForm {
  std::string_view member;  // what the list may be wrapped in: "declines"
  std::size_t most = 1000;  // records
};

// The rows' lines are their places, from 0.
tl::expected<std::vector<Row>, BatchFault> read_batch(std::string_view text, const BatchForm& form);

// One record of a batch, judged as an import judges its rows.
template <class Item>
struct JudgedRecord {
  std::string id;  // what names it, harmless to show; empty: it gave none
  Item item;       // if there are no problems
  // Card numbers masked. One without a field is about the record as a whole.
  std::vector<FieldProblem> problems;
};

JudgedRecord<billing::Subscription> judge_subscription(const Row& row, const RecordRules& rules);
JudgedRecord<billing::Sale> judge_sale(const Row& row, const RecordRules& rules);
JudgedRecord<RerunRecord> judge_rerun(const Row& row, const RecordRules& rules);

}  // namespace recycled::intake
