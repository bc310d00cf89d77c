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
    SQLite::Statement pages(database.raw(), "PRAGMA quick_check(100)");
    while (pages.executeStep()) {
      const std::string line = pages.getColumn(0).getString();
      if (line != "ok") wrong.push_back(line);
    }
    SQLite::Statement references(database.raw(), "PRAGMA foreign_key_check");
    while (references.executeStep() && wrong.size() < 100) {
      wrong.push_back("a row of " + references.getColumn(0).getString() + " refers to one of " +
                      references.getColumn(2).getString() + " that is not there");
    }
    return wrong;
  } catch (const SQLite::Exception& exception) {
    return fail(as_failure(exception).value().fault,
                "cannot read the ledger " + file.string() + ": " + exception.what());
  }
}

}  // namespace recycled::store
