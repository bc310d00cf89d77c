#include "store/integrity.hpp"

#include "store/database.hpp"
#include "store/group_commit.hpp"

namespace recycled::store {

Result<std::vector<std::string>> check_integrity(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    return fail(Fault::not_found, "there is no ledger at " + file.string());
  }
  try {
    Database database(file, Access::read_only);
    std::vector<std::string> wrong;
    auto& pages = database.prepared("PRAGMA quick_check(100)");
    while (pages.step()) {
      const std::string line = std::string(pages.text(0));
      if (line != "ok") wrong.push_back(line);
    }
    auto& references = database.prepared("PRAGMA foreign_key_check");
    while (references.step() && wrong.size() < 100) {
      wrong.push_back("a row of " + std::string(references.text(0)) + " refers to one of " +
                      std::string(references.text(2)) + " that is not there");
    }
    return wrong;
  } catch (const SqlError& error) {
    return fail(as_failure(error).value().fault,
                "cannot read the ledger " + file.string() + ": " + error.what());
  }
}

}  // namespace recycled::store
