#include "intake/json_batch.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "base/ensure.hpp"
#include "fuzz/targets.hpp"

namespace recycled::fuzz {
namespace {

constexpr intake::BatchForm form{"declines", 50};

// The same names as another reader of JSON finds in it, unless the record is refused.
void compare(const intake::Row& row, const nlohmann::json& element) {
  if (!row.damage.empty()) return;
  ensure(element.is_object() && element.size() == row.fields.size(), "each member is a field");
  for (const auto& [name, value] : row.fields) {
    ensure(element.contains(name), "each field is a member");
    const auto& member = element[name];
    ensure(!member.is_structured(), "a record is flat");
    if (member.is_string()) ensure(member.get<std::string>() == value, "a text is kept as it is");
  }
}

void compare(const std::vector<intake::Row>& rows, const nlohmann::json& whole) {
  const bool wrapped = whole.is_object() && whole.contains(form.member);
  const nlohmann::json& list = wrapped ? whole[std::string(form.member)] : whole;
  if (!list.is_array()) {
    ensure(rows.size() == 1, "an object is one record");
    return compare(rows[0], list);
  }
  ensure(rows.size() == list.size(), "each element is a record");
  for (std::size_t i = 0; i < rows.size(); ++i) compare(rows[i], list[i]);
}

}  // namespace

// Taken for JSON exactly if it is, and cut into the records that are in it.
void json_batch(std::string_view bytes) {
  const auto read = intake::read_batch(bytes, form);
  // To the other reader a text ends at its first NUL.
  const bool is_json = nlohmann::json::accept(bytes) && bytes.find('\0') == std::string_view::npos;
  if (!read) {
    ensure(!read.error().what.empty() && read.error().what.size() < 200, "a fault is short");
    ensure(is_json == (read.error().kind != intake::BatchFault::Kind::not_json),
           "what is called no JSON is none");
    return;
  }
  ensure(is_json, "what was read is JSON");
  ensure(read->size() <= form.most, "no more records than asked for");
  compare(*read, nlohmann::json::parse(bytes));
}

}  // namespace recycled::fuzz
