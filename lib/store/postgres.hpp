// A connection to PostgreSQL, over libpq. Whatever is asked is sent in a pipeline, so that
// statements of which nothing is read cost no round trip. Nothing is left in a session between
// transactions (no prepared statement, no setting, no lock), so that a pooler may stand in between.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "store/statement.hpp"

namespace recycled::store {

class Pipeline;

class Postgres final : public Connection {
 public:
  // `url` as libpq takes it: postgresql://user@host:port/database?…, or key=value pairs. Throws
  // SqlError with Fault::unavailable if nobody answers within its connect_timeout (10 s if it names
  // none).
  explicit Postgres(const std::string& url);
  ~Postgres() override;

  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  Dialect dialect() const override { return Dialect::postgresql; }
  bool must_lock() const override { return is_writing_; }
  std::int64_t worker() const override { return worker_; }
  using Connection::prepared;
  Statement& prepared(const char* sql) override;
  void run_script(const std::string& script) override;
  // To write: beside others, each statement seeing what is committed when it begins; Fault::busy
  // after waiting for another's lock for more than half a minute, and one whose owner is silent for
  // a third of its lease is ended by the server. To read: one snapshot. A connection that is broken
  // is made anew first.
  void begin(Access access) override;
  // If the answer is lost the ledger itself is asked, on a new connection, whether it was kept:
  // SqlError of nobody if not, and Fault::unavailable if that cannot be learned either.
  void commit() override;
  void roll_back() noexcept override;

  // Asked each time when nobody answers who has to: whether that is to be tried once more.
  // Otherwise, and without it, it is an SqlError with Fault::unavailable.
  void try_again_while(std::function<bool()> is_patient) { is_patient_ = std::move(is_patient); }

  // From here on each transaction that writes renews this row of the table `worker`, and is not
  // committed without it (Fault::busy). It is what commit() goes by, too.
  void work_as(std::int64_t worker, Millis lease);
  // In a transaction that writes, before the server ends it; 20 s, or what work_as() makes of a
  // lease.
  void may_be_silent_for(Millis silence) { silence_ = silence; }
  // Renews it and does nothing else.
  void renew();
  std::int64_t kept() const { return kept_; }  // commits that did, since then

 private:
  class PgStatement;

  void reconnect();
  void leave_mark();
  bool was_kept();
  bool is_kept_by_server(std::int64_t commit);

  std::unique_ptr<Pipeline> pipeline_;
  std::unordered_map<const char*, std::unique_ptr<PgStatement>> statements_;
  std::int64_t worker_ = 0;   // none yet
  std::int64_t commits_ = 0;  // asked for
  std::int64_t kept_ = 0;
  Millis lease_ = std::chrono::minutes(1);
  Millis silence_ = std::chrono::seconds(20);  // in a transaction, before the server ends it
  std::function<bool()> is_patient_;
  bool is_open_ = false;      // a transaction
  bool is_writing_ = false;   // one that may
  bool has_written_ = false;  // in it
};

// "? … ?" and "?1 … ?2" as PostgreSQL counts them: "$1 … $2". Not inside of quotes.
std::string numbered(std::string_view sql);

}  // namespace recycled::store
