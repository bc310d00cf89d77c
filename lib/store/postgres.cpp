#include "store/postgres.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/ensure.hpp"
#include "base/utf8.hpp"
#include "store/pipeline.hpp"

namespace recycled::store {
namespace {

// What a transaction holds whose owner says nothing for so long, or for a third of its lease, the
// server lets go of: those who wait for it must not lose their own leases over it.
constexpr Millis longest_silence = std::chrono::minutes(1);
// How long whoever writes waits for the others, beyond what one of them may be silent for.
constexpr Millis patience = std::chrono::seconds(30);
// Whatever writes finds its rows by an index, and in its order. What the server knows of a table's
// size may be of when it was empty, and by that it would read all of a queue for each step, and
// sort it. And nothing here is worth compiling.
constexpr const char* by_index =
    ", set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),"
    " set_config('jit', 'off', true)";

}  // namespace

std::string numbered(std::string_view sql) {
  std::string text;
  int next = 1;
  bool is_quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '\'') is_quoted = !is_quoted;
    if (sql[at] != '?' || is_quoted) {
      text += sql[at];
      continue;
    }
    text += '$';
    const bool is_numbered = at + 1 < sql.size() && sql[at + 1] >= '1' && sql[at + 1] <= '9';
    if (!is_numbered) text += std::to_string(next++);
  }
  return text;
}

class Postgres::PgStatement final : public Statement {
 public:
  PgStatement(Postgres& owner, std::string_view sql)
      : owner_(owner), sql_(numbered(sql)), reads_(sql.starts_with("SELECT")) {}

  void bind(int parameter, std::int64_t value) override {
    put(parameter, of_integer, std::to_string(value), Text::passes);
  }
  void bind(int parameter, std::string_view text, Text life) override {
    // What came from a peer may be of any bytes; the server takes none but those of characters.
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
      return put(parameter, of_text, as_plain_utf8(text), Text::passes);
    }
    put(parameter, of_text, text, life);
  }
  void bind_bytes(int parameter, std::string_view bytes, Text life) override {
    put(parameter, of_bytes, bytes, life);
  }
  void bind_null(int parameter) override { at(parameter) = Parameter(); }

  bool step() override {
    if (!answer_) {
      send();
      answer_ = owner_.pipeline_->read_last();
      row_ = -1;
    }
    row_ += 1;
    return row_ < PQntuples(answer_.get());
  }

  void run() override {
    send();
    reset();
  }

  int run_and_count() override {
    send();
    const Pipeline::Answer answer = owner_.pipeline_->read_last();
    reset();
    int count = 0;
    const std::string_view said = PQcmdTuples(answer.get());
    std::from_chars(said.data(), said.data() + said.size(), count);
    return count;
  }

  std::optional<std::int64_t> insert() override {
    std::optional<std::int64_t> key;
    if (step()) key = integer(0);
    reset();
    return key;
  }

  void reset() override { answer_.reset(); }
  void clear() {
    reset();
    parameters_.clear();
  }

  bool is_null(int column) const override { return PQgetisnull(answer_.get(), row_, column) == 1; }

  std::int64_t integer(int column) const override {
    const std::string_view text = raw(column);
    if (text == "t") return 1;
    std::int64_t value = 0;  // of a null, and of false
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  }

  std::string_view text(int column) const override {
    const std::string_view text = raw(column);
    if (PQftype(answer_.get(), column) != of_bytes || text.empty()) return text;
    std::size_t size = 0;
    unsigned char* bytes =
        PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.data()), &size);
    ensure(bytes != nullptr, "the server writes bytes as it says");
    bytes_.assign(reinterpret_cast<const char*>(bytes), size);
    PQfreemem(bytes);
    return bytes_;
  }

 private:
  std::string_view raw(int column) const {
    return {PQgetvalue(answer_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(answer_.get(), row_, column))};
  }

  Parameter& at(int parameter) {
    const auto wanted = static_cast<std::size_t>(parameter);
    if (parameters_.size() < wanted) parameters_.resize(wanted);
    return parameters_[wanted - 1];
  }

  void put(int parameter, Oid type, std::string_view value, Text life) {
    Parameter& slot = at(parameter);
    slot.type = type;
    slot.is_null = false;
    slot.is_own = life == Text::passes;
    if (slot.is_own) {
      slot.own = value;
    } else {
      slot.value = value;
    }
  }

  void send() {
    owner_.has_written_ = owner_.has_written_ || !reads_;
    owner_.pipeline_->send(sql_, parameters_);
  }

  Postgres& owner_;
  const std::string sql_;
  const bool reads_;
  std::vector<Parameter> parameters_;
  Pipeline::Answer answer_;
  int row_ = -1;
  mutable std::string bytes_;  // what text() has unescaped last
};

Postgres::Postgres(const std::string& url) : pipeline_(std::make_unique<Pipeline>(url)) {}

Postgres::~Postgres() = default;

Statement& Postgres::prepared(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) {
    slot = std::make_unique<PgStatement>(*this, sql);
  } else {
    slot->clear();
  }
  return *slot;
}

void Postgres::run_script(const std::string& script) {
  has_written_ = true;
  pipeline_->run_script(script);
}

void Postgres::begin(Access access) {
  if (pipeline_->is_broken()) reconnect();
  is_open_ = true;
  is_writing_ = access == Access::read_write;
  if (is_writing_) {
    pipeline_->send("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    const Millis wait = std::min(silence_, longest_silence) + patience;
    pipeline_->send("SELECT set_config('lock_timeout', '" + std::to_string(wait.count()) +
                    "', true), set_config('idle_in_transaction_session_timeout', '" +
                    std::to_string(silence_.count()) + "', true)" + by_index);
  } else {
    pipeline_->send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  }
  has_written_ = false;
}

// A server that is started anew is away for a moment.
void Postgres::reconnect() {
  while (true) {
    try {
      return pipeline_->connect();
    } catch (const SqlError&) {
      if (!is_patient_ || !is_patient_()) throw;
    }
  }
}

void Postgres::commit() {
  const bool leaves_mark = has_written_ && worker_ != 0;
  pipeline_->read_all();  // what went wrong by now was not kept, of which there is no doubt
  if (leaves_mark) leave_mark();
  try {
    pipeline_->send("COMMIT");
    pipeline_->read_last();
  } catch (const SqlError& error) {
    // A server that ends may say so after it has kept it.
    const bool is_in_doubt = pipeline_->is_broken() || error.fault() == Fault::unavailable;
    if (!is_in_doubt || !leaves_mark) throw;
    is_open_ = false;
    if (!was_kept()) throw SqlError(SqlError::Of::nobody, Fault::unavailable, error.what());
  }
  is_open_ = false;
  if (leaves_mark) kept_ += 1;
}

void Postgres::roll_back() noexcept {
  if (!is_open_) return;
  is_open_ = false;
  try {
    pipeline_->read_all();
  } catch (const SqlError&) {
    // What failed is what is rolled back, …
  }
  try {
    if (pipeline_->is_broken()) return;
    pipeline_->send("ROLLBACK");
    pipeline_->read_all();
  } catch (const SqlError&) {
    // … and if the connection is gone, nothing is kept either.
  }
}

void Postgres::work_as(std::int64_t worker, Millis lease) {
  worker_ = worker;
  lease_ = lease;
  silence_ = std::min(lease / 3, longest_silence);
}

void Postgres::renew() {
  Transaction transaction(*this, Access::read_write);
  has_written_ = true;
  transaction.commit();
}

// If it is refused, nothing that comes after it is carried out, the COMMIT least of all.
void Postgres::leave_mark() {
  commits_ += 1;
  Statement& renewal = prepared("SELECT renew(?, ?, ?)");
  renewal.bind(1, worker_);
  renewal.bind(2, commits_);
  renewal.bind(3, lease_.count());
  renewal.run();
}

// Never of nobody, whoever is to blame: what may have been kept is not done anew.
bool Postgres::was_kept() {
  const std::int64_t commit = commits_;
  while (true) {
    try {
      return is_kept_by_server(commit);
    } catch (const SqlError& error) {
      const bool may_pass = error.of() == SqlError::Of::nobody && is_patient_ && is_patient_();
      if (!may_pass) throw SqlError(SqlError::Of::all, error.fault(), error.what());
    }
  }
}

// The old session may be about to keep it still. Where it has locked the row, that is waited for;
// where it has not come so far, the number that it would write is used up, and it fails.
bool Postgres::is_kept_by_server(std::int64_t commit) {
  reconnect();
  begin(Access::read_write);
  Statement& last = prepared("SELECT commits FROM worker WHERE key = ? FOR UPDATE");
  last.bind(1, worker_);
  if (!last.step()) {
    throw SqlError(SqlError::Of::all, Fault::busy,
                   "the answer to a commit was lost, and this process was taken for dead since");
  }
  const bool is_kept = last.integer(0) == commit;
  last.reset();
  if (!is_kept) {
    commits_ = commit + 1;
    Statement& use_up = prepared("UPDATE worker SET commits = ? WHERE key = ?");
    use_up.bind(1, commits_);
    use_up.bind(2, worker_);
    use_up.run();
  }
  pipeline_->send("COMMIT");
  pipeline_->read_all();
  return is_kept;
}

}  // namespace recycled::store
