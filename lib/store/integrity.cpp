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
    Statement pages(database.raw().getHandle(), "PRAGMA quick_check(100)");
    while (pages.step()) {
      const std::string line = std::string(pages.text(0));
      if (line != "ok") wrong.push_back(line);
    }
    Statement references(database.raw().getHandle(), "PRAGMA foreign_key_check");
    while (references.step() && wrong.size() < 100) {
      wrong.push_back("a row of " + std::string(references.text(0)) + " refers to one of " +
                      std::string(references.text(2)) + " that is not there");
    }
    return wrong;
  } catch (const SQLite::Exception& exception) {
    return fail(as_failure(exception).value().fault,
                "cannot read the ledger " + file.string() + ": " + exception.what());
  }
}

}  // namespace recycled::store
