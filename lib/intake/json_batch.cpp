#include "intake/json_batch.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "intake/card_guard.hpp"
#include "intake/flat_object.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Where the first parse stopped, without what it read there, which may be a card number (X4).
class Checker final : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::size_t stopped_at() const { return stopped_at_; }

  bool null() override { return true; }
  bool boolean(nlohmann::json::boolean_t) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    stopped_at_ = position;
    return false;
  }

 private:
  std::size_t stopped_at_ = 0;
};

// The parts between the outer brackets of a text that is known to be JSON.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 1;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    const bool last = i + 1 == text.size();
    if ((c == ',' && depth == 0) || last) {
      const auto part = without_blanks(text.substr(begin, i - begin));
      if (!part.empty()) parts.push_back(part);
      begin = i + 1;
    }
    if (c == '}' || c == ']') --depth;
  }
  return parts;
}

BatchFault wrong_shape(const BatchForm& form) {
  const std::string member(form.member);
  return {BatchFault::Kind::wrong_shape, "write one JSON object, a list of them, or {\"" + member +
                                             "\": [...]} and nothing beside"};
}

struct Member {
  std::string name;
  std::string_view value;
};

// A part of an object: a string, a colon, a value.
Member member_of(std::string_view part) {
  std::size_t end = 1;
  while (part[end] != '"') end += part[end] == '\\' ? 2 : 1;
  ++end;
  const std::string_view rest = without_blanks(part.substr(end));
  const auto name = nlohmann::json::parse(part.substr(0, end)).get<std::string>();
  return {name, without_blanks(rest.substr(1))};
}

// The list of {"declines": [...]}, or nothing if the object has no such member.
tl::expected<std::string_view, BatchFault> unwrapped(std::string_view object,
                                                     const BatchForm& form) {
  const auto parts = parts_of(object);
  for (const std::string_view part : parts) {
    const Member member = member_of(part);
    if (member.name != form.member) continue;
    const bool alone = parts.size() == 1 && member.value.starts_with('[');
    if (!alone) return tl::unexpected(wrong_shape(form));
    return member.value;
  }
  return std::string_view();
}

Row row_of(std::string_view text, std::size_t place) {
  Row row;
  row.line = static_cast<std::int64_t>(place);
  if (text.size() > longest_record) {
    row.damage = "the record is longer than 64 KiB";
    return row;
  }
  row.raw = std::string(text);
  row.damage = read_flat_object(text, row.fields);
  if (!row.damage.empty()) row.damage += "; write each record as one flat JSON object";
  return row;
}

// How records of one kind are read.
struct Subscriptions {
  using Item = billing::Subscription;
  static constexpr std::string_view id_name = "subscription_id";
  static constexpr auto read = &to_subscription;
  static Item item_of(SubscriptionRecord record) { return std::move(record.subscription); }
  static const std::string& id_of(const Item& item) { return item.id.str(); }
};

struct Sales {
  using Item = billing::Sale;
  static constexpr std::string_view id_name = "order_id";
  static constexpr auto read = &to_sale;
  static Item item_of(SaleRecord record) { return std::move(record.sale); }
  static const std::string& id_of(const Item& item) { return item.id.str(); }
};

struct Reruns {
  using Item = RerunRecord;
  static constexpr std::string_view id_name = "order_id";
  static constexpr auto read = &to_rerun;
  static Item item_of(RerunRecord record) { return record; }
  static const std::string& id_of(const Item& item) { return item.sale.str(); }
};

template <class Kind>
JudgedRecord<typename Kind::Item> judge(const Row& row, const RecordRules& rules) {
  JudgedRecord<typename Kind::Item> judged;
  if (const auto id = row.fields.find(Kind::id_name); id != row.fields.end()) {
    judged.id = printable(mask_card_numbers(trimmed(id->second)));
  }
  if (!row.damage.empty()) {
    judged.problems.push_back({"", mask_card_numbers(row.damage)});
    return judged;
  }
  auto read = Kind::read(row.fields, rules);
  if (read) {
    judged.item = Kind::item_of(std::move(*read));
    judged.id = Kind::id_of(judged.item);
    return judged;
  }
  judged.problems = std::move(read.error());
  for (FieldProblem& problem : judged.problems) {
    problem.field = mask_card_numbers(problem.field);
    problem.what = mask_card_numbers(problem.what);
  }
  return judged;
}

}  // namespace

tl::expected<std::vector<Row>, BatchFault> read_batch(std::string_view text,
                                                      const BatchForm& form) {
  Checker checker;
  const std::size_t nul = text.find('\0');  // where the parser would take the text to end
  if (nul != std::string_view::npos || !nlohmann::json::sax_parse(text, &checker)) {
    const std::string at = std::to_string(nul < text.size() ? nul + 1 : checker.stopped_at());
    return tl::unexpected(BatchFault{BatchFault::Kind::not_json,
                                     "the body is not JSON from character " + at + " on"});
  }
  std::string_view body = without_blanks(text);
  if (body.starts_with('{')) {
    const auto list = unwrapped(body, form);
    if (!list) return tl::unexpected(list.error());
    if (list->empty()) return std::vector<Row>{row_of(body, 0)};
    body = *list;
  }
  if (!body.starts_with('[')) return tl::unexpected(wrong_shape(form));
  const auto parts = parts_of(body);
  if (parts.size() > form.most) {
    return tl::unexpected(
        BatchFault{BatchFault::Kind::too_many, "there are " + std::to_string(parts.size()) +
                                                   " records: send at most " +
                                                   std::to_string(form.most) + " at a time"});
  }
  std::vector<Row> rows;
  rows.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) rows.push_back(row_of(parts[i], i));
  return rows;
}

JudgedRecord<billing::Subscription> judge_subscription(const Row& row, const RecordRules& rules) {
  return judge<Subscriptions>(row, rules);
}

JudgedRecord<billing::Sale> judge_sale(const Row& row, const RecordRules& rules) {
  return judge<Sales>(row, rules);
}

JudgedRecord<RerunRecord> judge_rerun(const Row& row, const RecordRules& rules) {
  return judge<Reruns>(row, rules);
}

}  // namespace recycled::intake
