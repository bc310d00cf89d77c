#include "store/migrate.hpp"

#include <algorithm>
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

std::map<int, std::string> applied(Connection& connection) {
  std::map<int, std::string> found;
  auto& table =
      connection.prepared(Sql{"SELECT count(*) FROM sqlite_schema WHERE name = 'migration'",
                              "SELECT count(to_regclass('migration'))"});
  const bool is_there = table.step() && table.integer(0) == 1;
  table.reset();
  if (!is_there) return found;
  auto& all = connection.prepared("SELECT number, checksum FROM migration");
  while (all.step()) found[static_cast<int>(all.integer(0))] = all.text(1);
  all.reset();
  return found;
}

Result<void> compare(const std::map<int, std::string>& found, const std::vector<Migration>& steps) {
  for (const auto& [number, sum] : found) {
    if (number < 1) {
      return fail(Fault::store, "the ledger has a migration " + std::to_string(number) +
                                    ", which no recycled ever had; restore the file");
    }
    if (number > steps.back().number) {
      return fail(Fault::newer, "the ledger was written by a newer recycled (migration " +
                                    std::to_string(number) + "); install that version");
    }
    const auto ours = std::ranges::find(steps, number, &Migration::number);
    if (ours == steps.end() || sum != checksum(*ours)) {
      return fail(Fault::store, "migration " + std::to_string(number) +
                                    " of the ledger is not the one this program knows; it may "
                                    "belong to another build: restore the program that made it");
    }
  }
  return {};
}

}  // namespace

namespace {

// In SQLite a table that is made anew is dropped on the way, and what refers to it must not mind.
// It changes this outside of transactions alone.
class ReferencesOff {
 public:
  explicit ReferencesOff(Connection& connection) : connection_(connection) { set("OFF"); }
  ~ReferencesOff() {
    try {
      set("ON");
    } catch (const SqlError&) {
      // The connection is no good any more, and neither is used.
    }
  }
  ReferencesOff(const ReferencesOff&) = delete;
  ReferencesOff& operator=(const ReferencesOff&) = delete;

 private:
  void set(const std::string& how) {
    if (connection_.dialect() != Dialect::sqlite) return;
    connection_.run_script("PRAGMA foreign_keys = " + how);
  }

  Connection& connection_;
};

Result<void> check_references(Connection& connection) {
  if (connection.dialect() != Dialect::sqlite) return {};  // the others never let go of them
  auto& broken = connection.prepared("PRAGMA foreign_key_check");
  if (!broken.step()) return {};
  return fail(Fault::store, "a migration left a row of " + std::string(broken.text(0)) +
                                " that refers to nothing; nothing was changed");
}

constexpr Sql table_of_migrations{
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS migration (number bigint PRIMARY KEY, name text NOT NULL,"
    " checksum text NOT NULL, applied_at bigint NOT NULL)"};

}  // namespace

Result<void> migrate(Connection& connection, const std::vector<Migration>& steps, Instant now) {
  const ReferencesOff off(connection);
  Transaction transaction(connection, Access::read_write);
  connection.prepared(table_of_migrations).run();
  if (connection.must_lock()) {
    connection.prepared("LOCK TABLE migration IN SHARE ROW EXCLUSIVE MODE").run();
  }
  const auto found = applied(connection);
  if (auto same = compare(found, steps); !same) return same;
  for (const Migration& step : steps) {
    if (found.contains(step.number)) continue;
    connection.run_script(std::string(step.sql));
    auto& note = connection.prepared(
        "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)");
    Binder(note) << step.number << step.name << checksum(step) << now;
    note.run();
    may_die_at(Failpoint::migration_step);
  }
  if (found.size() < steps.size()) {
    if (auto whole = check_references(connection); !whole) return whole;
    may_die_at(Failpoint::migration_before_commit);
  }
  transaction.commit();
  if (found.size() < steps.size()) may_die_at(Failpoint::migration_committed);
  return {};
}

Result<void> check_schema(Connection& connection, const std::vector<Migration>& steps) {
  const auto found = applied(connection);
  if (auto same = compare(found, steps); !same) return same;
  if (found.size() < steps.size()) {
    return fail(Fault::store,
                "the ledger is of an older recycled; `recycled run` or `once` brings "
                "it up to date");
  }
  return {};
}

}  // namespace recycled::store
