#include "store/migrate.hpp"

#include <map>
#include <string>

#include "base/failpoint.hpp"
#include "crypto/digest.hpp"
#include "store/rows.hpp"

namespace recycled::store {
namespace {

std::string checksum(const Migration& migration) {
  return crypto::to_hex(crypto::sha256(migration.sql));
}

std::map<int, std::string> applied(Database& database) {
  std::map<int, std::string> found;
  if (!database.raw().tableExists("migration")) return found;
  auto& all = database.prepared("SELECT number, checksum FROM migration");
  while (all.step()) found[static_cast<int>(all.integer(0))] = all.text(1);
  return found;
}

Result<void> compare(const std::map<int, std::string>& found, const std::vector<Migration>& steps) {
  for (const auto& [number, sum] : found) {
    if (number < 1) {
      return fail(Fault::store, "the ledger has a migration " + std::to_string(number) +
                                    ", which no recycled ever had; restore the file");
    }
    if (number > static_cast<int>(steps.size())) {
      return fail(Fault::newer, "the ledger was written by a newer recycled (migration " +
                                    std::to_string(number) + "); install that version");
    }
    const Migration& ours = steps[static_cast<std::size_t>(number - 1)];
    if (sum != checksum(ours)) {
      return fail(Fault::store, "migration " + std::to_string(number) +
                                    " of the ledger is not the one this program knows; it may "
                                    "belong to another build: restore the program that made it");
    }
  }
  return {};
}

}  // namespace

namespace {

// A table that is made anew is dropped on the way, and what refers to it must not mind. SQLite
// changes this outside of transactions alone.
class ReferencesOff {
 public:
  explicit ReferencesOff(Database& database) : database_(database) {
    database_.run_script("PRAGMA foreign_keys = OFF");
  }
  ~ReferencesOff() { database_.raw().tryExec("PRAGMA foreign_keys = ON"); }
  ReferencesOff(const ReferencesOff&) = delete;
  ReferencesOff& operator=(const ReferencesOff&) = delete;

 private:
  Database& database_;
};

Result<void> check_references(Database& database) {
  auto& broken = database.prepared("PRAGMA foreign_key_check");
  if (!broken.step()) return {};
  return fail(Fault::store, "a migration left a row of " + std::string(broken.text(0)) +
                                " that refers to nothing; nothing was changed");
}

}  // namespace

Result<void> migrate(Database& database, const std::vector<Migration>& steps, Instant now) {
  const ReferencesOff off(database);
  Transaction transaction(database, Access::read_write);
  database.run_script(
      "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
      " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
  const auto found = applied(database);
  if (auto same = compare(found, steps); !same) return same;
  for (const Migration& step : steps) {
    if (found.contains(step.number)) continue;
    database.run_script(std::string(step.sql));
    auto& note = database.prepared("INSERT INTO migration VALUES (?, ?, ?, ?)");
    Binder(note) << step.number << step.name << checksum(step) << now;
    note.run();
    may_die_at(Failpoint::migration_step);
  }
  if (found.size() < steps.size()) {
    if (auto whole = check_references(database); !whole) return whole;
    may_die_at(Failpoint::migration_before_commit);
  }
  transaction.commit();
  if (found.size() < steps.size()) may_die_at(Failpoint::migration_committed);
  return {};
}

Result<void> check_schema(Database& database, const std::vector<Migration>& steps) {
  const auto found = applied(database);
  if (auto same = compare(found, steps); !same) return same;
  if (found.size() < steps.size()) {
    return fail(Fault::store,
                "the ledger is of an older recycled; `recycled run` or `once` brings "
                "it up to date");
  }
  return {};
}

}  // namespace recycled::store
