#include "intake/import_json.hpp"

#include <nlohmann/json.hpp>

namespace recycled::intake {

std::string to_json(const ImportReport& report) {
  nlohmann::ordered_json json{{"dry_run", report.mode == ImportMode::dry_run},
                              {"read", report.summary.read}};
  for (const auto& [name, count] : report.results) json[name] = count;
  json["rejected"] = report.summary.rejected;
  if (!report.rejected_file.empty()) json["rejected_file"] = report.rejected_file;
  json["unknown_columns"] = report.summary.unknown_fields;
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace recycled::intake
