#include "store/move.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/utf8.hpp"
#include "store/database.hpp"
#include "store/group_commit.hpp"
#include "store/migrate.hpp"
#include "store/postgres.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

constexpr int most_passes = 20;
constexpr std::int64_t little = 1000;  // rows, that may be left to the last pass
// At the old place others wait for us, at the end; nobody does at the new one, where nothing is
// said as long as everything is the same.
constexpr Millis old_silence = std::chrono::minutes(5);
constexpr Millis new_silence = std::chrono::hours(6);
constexpr const char* moved_name = "moved_to";
constexpr const char* arriving_name = "arriving";

// How long it may say nothing in a transaction, in which the other place is read and written.
std::unique_ptr<Connection> connect(const Address& address, const std::filesystem::path& file,
                                    Millis silence) {
  if (address.is_file()) return std::make_unique<Database>(file, Access::read_write);
  auto server = std::make_unique<Postgres>(address.url);
  server->may_be_silent_for(silence);
  return server;
}

// --- the new place ---

std::string meta_of(Connection& connection, const char* name) {
  return SqlTx(connection).meta(name).value_or("");
}

// What a row may never become is watched over again once all are there.
std::vector<std::string> without_triggers(Connection& to) {
  std::vector<std::string> triggers;
  auto& all = to.prepared(
      Sql{"SELECT sql, 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'",
          "SELECT DISTINCT 'ALTER TABLE ' || event_object_table || ' ENABLE TRIGGER USER',"
          " 'ALTER TABLE ' || event_object_table || ' DISABLE TRIGGER USER'"
          " FROM information_schema.triggers WHERE trigger_schema = current_schema()"});
  std::vector<std::string> off;
  while (all.step()) {
    triggers.emplace_back(all.text(0));
    off.emplace_back(all.text(1));
  }
  all.reset();
  for (const std::string& one : off) to.run_script(one);
  return triggers;
}

// What is derived, and where keys go on.
void complete(Connection& to, const std::vector<std::string>& triggers) {
  to.prepared("DELETE FROM due").run();
  to.prepared("INSERT INTO due SELECT * FROM is_due").run();
  if (to.dialect() != Dialect::sqlite) {
    to.prepared("UPDATE call SET worker_key = 0").run();  // nobody's here
    for (const char* table :
         {"subscription", "sale", "recovery", "attempt", "callback", "outbox", "pause"}) {
      const std::string name = table;
      to.run_script("SELECT setval(pg_get_serial_sequence('" + name +
                    "', 'key'), coalesce(max(key), 1), max(key) IS NOT NULL) FROM " + name);
    }
  }
  for (const std::string& trigger : triggers) to.run_script(trigger);
}

Result<void> make_ready(Connection& to, const Move& move, Instant now) {
  if (auto ready = migrate(to, migrations(to.dialect()), now); !ready) return ready;
  Transaction transaction(to, Access::read_write);
  SqlTx tx(to);
  const bool is_ours = tx.meta(arriving_name).value_or("") != "";
  if (!is_ours && (tx.audit_head().rows > 0 || tx.meta("installation") || tx.meta(moved_name))) {
    return fail(Fault::invalid, "there is a ledger at " + move.name +
                                    " already: a new one goes where there is none");
  }
  tx.set_meta(arriving_name, move.by);
  transaction.commit();
  return {};
}

void remove_file(const std::filesystem::path& file) {
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

// The file alone gets its name.
void take_log_in(Connection& to) {
  auto& take = to.prepared("PRAGMA wal_checkpoint(TRUNCATE)");
  const bool is_done = take.step() && take.integer(0) == 0;
  take.reset();
  if (!is_done) {
    throw SqlError(SqlError::Of::all, Fault::store, "the new file's log could not be taken in");
  }
}

// One alone at a time makes a ledger there.
void expect_ours(Connection& to, const Move& move) {
  auto& ours = to.prepared(Sql{"SELECT value FROM meta WHERE name = 'arriving'",
                               "SELECT value FROM meta WHERE name = 'arriving' FOR UPDATE"});
  const bool is_ours = ours.step() && ours.text(0) == move.by;
  ours.reset();
  if (!is_ours) {
    throw SqlError(SqlError::Of::all, Fault::busy, "another one moves a ledger to " + move.name);
  }
}

// From here on it can be worked on.
void unveil(std::unique_ptr<Connection> to, const Move& move) {
  {
    Transaction transaction(*to, Access::read_write);
    to->prepared("DELETE FROM meta WHERE name = 'arriving'").run();
    transaction.commit();
  }
  if (move.to.is_file()) take_log_in(*to);
  to.reset();
  if (move.to.is_file()) std::filesystem::rename(unfinished(move.to.file), move.to.file);
}

// --- the old place ---

// From here to the commit nobody else commits.
void stop_writers(Connection& from) {
  if (from.dialect() == Dialect::sqlite) return;  // whoever writes is alone
  from.prepared("LOCK TABLE worker IN SHARE ROW EXCLUSIVE MODE").run();
}

void leave(Connection& from, const std::string& for_where) {
  SqlTx(from).set_meta(moved_name, for_where);
  if (from.dialect() != Dialect::sqlite) from.prepared("DELETE FROM worker").run();
}

// PostgreSQL cannot hold them, and their hashes are of what they say.
void refuse_strange_texts(Connection& from, Connection& to) {
  if (from.dialect() != Dialect::sqlite || to.dialect() == Dialect::sqlite) return;
  auto& rows = from.prepared("SELECT key, reason FROM audit");
  while (rows.step()) {
    const std::string reason(rows.text(1));
    if (as_plain_utf8(reason) == reason) continue;
    throw SqlError(SqlError::Of::all, Fault::invalid,
                   "row " + std::to_string(rows.integer(0)) +
                       " of the audit trail has a reason that is not UTF-8, which PostgreSQL "
                       "cannot keep: this ledger stays where it is");
  }
  rows.reset();
}

// --- the whole ---

class Mover {
 public:
  explicit Mover(const Move& move) : move_(move) {}

  Result<void> run(Instant now) {
    from_ = connect(move_.from, move_.from.file, old_silence);
    if (auto same = check_schema(*from_, migrations(from_->dialect())); !same) return same;
    if (const std::string where = meta_of(*from_, moved_name); !where.empty()) {
      return finish(where);
    }
    if (move_.to.is_file()) {
      if (std::filesystem::exists(move_.to.file)) {
        return fail(Fault::invalid, "there is a file " + move_.to.file.string() + " already");
      }
      remove_file(unfinished(move_.to.file));
    }
    to_ = connect(move_.to, unfinished(move_.to.file), new_silence);
    if (auto ready = make_ready(*to_, move_, now); !ready) return ready;
    refuse_strange_texts(*from_, *to_);
    const auto triggers = without_triggers(*to_);
    Copy copy(*from_, *to_);
    follow(copy);
    last_pass(copy, triggers);
    may_die_at(Failpoint::move_left);
    unveil(std::move(to_), move_);
    return {};
  }

 private:
  // Beside whoever works on it, until a pass has next to nothing to do.
  void follow(Copy& copy) {
    for (int passes = 0; passes < most_passes; ++passes) {
      MovePass done;
      {
        const Transaction snapshot(*from_, Access::read_only);
        Transaction writing(*to_, Access::read_write);
        expect_ours(*to_, move_);
        done.copied = copy.pass();
        writing.commit();
      }
      move_.on_pass(done);
      if (done.copied.written <= little) return;
    }
  }

  void last_pass(Copy& copy, const std::vector<std::string>& triggers) {
    Transaction leaving(*from_, Access::read_write);
    stop_writers(*from_);
    if (const std::string where = meta_of(*from_, moved_name); !where.empty()) {
      throw SqlError(SqlError::Of::all, Fault::away, "the ledger has moved to " + where);
    }
    Transaction arriving(*to_, Access::read_write);
    expect_ours(*to_, move_);
    const MovePass done{copy.pass(), true};
    complete(*to_, triggers);
    SqlTx tx(*to_);
    move_.settle_in(tx);
    tx.write_records();
    arriving.commit();
    may_die_at(Failpoint::move_copied);
    leave(*from_, move_.name);
    leaving.commit();
    move_.on_pass(done);
  }

  // It was interrupted between the old place's last word and the new one's first, or had arrived.
  Result<void> finish(const std::string& where) {
    if (where != move_.name) return fail(Fault::away, "the ledger has moved to " + where);
    if (move_.to.is_file()) {
      if (std::filesystem::exists(move_.to.file)) return {};
      if (!std::filesystem::exists(unfinished(move_.to.file))) {
        return fail(Fault::store, "the ledger has moved to " + where + ", and is not there");
      }
    }
    unveil(connect(move_.to, unfinished(move_.to.file), new_silence), move_);
    return {};
  }

  const Move& move_;
  std::unique_ptr<Connection> from_;
  std::unique_ptr<Connection> to_;
};

}  // namespace

std::filesystem::path unfinished(const std::filesystem::path& file) {
  return file.string() + ".arriving";
}

Result<void> move_ledger(const Move& move, const ports::Clock& clock) {
  if (move.from.is_file() == move.to.is_file()) {
    return fail(Fault::invalid, "a ledger moves from a file to a database, or from one to a file");
  }
  if (move.from.is_file() && !std::filesystem::exists(move.from.file)) {
    return fail(Fault::not_found, "there is no ledger at " + move.from.file.string());
  }
  try {
    return Mover(move).run(clock.now());
  } catch (const SqlError& error) {
    return as_failure(error);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(Fault::store, error.what());
  }
}

std::optional<std::string> why_elsewhere(ports::LedgerReader& ledger) {
  if (const auto where = ledger.meta(moved_name); where && !where->empty()) {
    return "the ledger has moved to " + *where + ": write that into the config, [store] url";
  }
  if (const auto from = ledger.meta(arriving_name); from && !from->empty()) {
    return "a ledger is on its way here and has not arrived: recycled migrate, once more";
  }
  return std::nullopt;
}

}  // namespace recycled::store
