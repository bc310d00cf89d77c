// `import --json`: one line that says what an import came to.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "intake/importer.hpp"

namespace recycled::intake {

enum class ImportMode { write, dry_run };

struct ImportReport {
  ImportMode mode = ImportMode::write;
  ImportSummary summary;
  std::vector<std::pair<std::string, std::int64_t>> results;  // "inserted", "updated", …
  std::string rejected_file;                                  // empty: none was written
};

// {"dry_run","read",each result,"rejected","rejected_file" if there is one,"unknown_columns"}
std::string to_json(const ImportReport& report);

}  // namespace recycled::intake
