#include "intake/jsonl.hpp"

#include <nlohmann/json.hpp>

#include "intake/flat_object.hpp"

namespace recycled::intake {

std::optional<Row> JsonlReader::next() {
  while (in_.peek() != Characters::end) {
    Row row;
    row.line = in_.line();
    row.raw = in_.rest_of_line();
    if (row.raw.empty() || is_reject_comment(row.raw)) continue;
    if (row.raw.size() > longest_record) {
      row.raw.clear();
      row.damage = "the record is longer than 64 KiB";
      return row;
    }
    row.damage = read_flat_object(row.raw, row.fields);
    if (!row.damage.empty()) row.damage += "; write one flat JSON object a line";
    return row;
  }
  return std::nullopt;
}

std::string JsonlReader::write(const Fields& fields) const {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : fields) object[name] = value;
  // Invalid bytes cannot come from a JSON line; replaced all the same rather than thrown about.
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace recycled::intake
