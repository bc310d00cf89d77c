#include "store/postgres.hpp"

#include <array>
#include <charconv>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <libpq-fe.h>

#include "base/ensure.hpp"

namespace recycled::store {
namespace {

// Of the parameters; one whose type is not said takes that of the place it stands at.
constexpr Oid unsaid = 0;
constexpr Oid of_bytes = 17;
constexpr Oid of_integer = 20;
constexpr Oid of_text = 25;

// Answers that nobody waits for may gather so far: much less than what either side keeps for the
// other without reading.
constexpr std::size_t most_unread = 64;

// Whoever writes holds it until the transaction ends.
const std::string writers_lock = "491260471161";

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clear>;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Classes and codes of PostgreSQL's table of errors (its manual, appendix A).
SqlError error_of(const PGresult* result) {
  const char* said = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = said == nullptr ? "" : said;
  const std::string message = without_line_end(PQresultErrorMessage(result));
  const std::string_view kind = code.substr(0, 2);
  if (code == "40001" || code == "40P01") return {SqlError::Of::nobody, Fault::busy, message};
  if (kind == "08" || kind == "57" || code.empty()) {
    return {SqlError::Of::all, Fault::away, message};
  }
  if (code == "55P03" || code == "25P03") return {SqlError::Of::all, Fault::busy, message};
  if (kind == "53" || kind == "58" || kind == "XX" || code == "25006") {
    return {SqlError::Of::all, Fault::store, message};
  }
  return {SqlError::Of::work, Fault::store, message};
}

bool is_error(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC;
}

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

// What a statement is sent with.
struct Parameter {
  Oid type = unsaid;
  bool is_null = true;
  bool is_own = false;
  std::string_view value;
  std::string own;  // a copy, in place of `value`

  const char* data() const {
    if (is_null) return nullptr;
    if (is_own) return own.c_str();
    return value.empty() ? "" : value.data();
  }
  std::size_t size() const { return is_own ? own.size() : value.size(); }
};

class Postgres::Impl {
 public:
  explicit Impl(const std::string& url) : url_(url) { connect(); }

  void connect() {
    unread_ = 0;
    // What the URL says comes last, and so has precedence.
    const std::array<const char*, 5> names{"connect_timeout", "fallback_application_name",
                                           "client_encoding", "dbname", nullptr};
    const std::array<const char*, 5> values{"10", "recycled", "UTF8", url_.c_str(), nullptr};
    connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
    if (is_broken()) throw gone();
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    ensure(PQenterPipelineMode(connection_.get()) == 1, "a fresh connection has nothing under way");
  }

  // Sends it; its answer is read by and by.
  void send(const std::string& sql, const std::vector<Parameter>& parameters) {
    if (unread_ >= most_unread) read_all();
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths;
    std::vector<int> formats;
    for (const Parameter& parameter : parameters) {
      types.push_back(parameter.type);
      values.push_back(parameter.data());
      lengths.push_back(static_cast<int>(parameter.size()));
      formats.push_back(parameter.type == of_integer ? 0 : 1);
    }
    const int sent =
        PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(parameters.size()),
                          types.data(), values.data(), lengths.data(), formats.data(), 0);
    if (sent != 1) throw gone();
    unread_ += 1;
  }

  // The answer to the last that was sent. What was sent before and went wrong is thrown first.
  Answer read_last() {
    ensure(unread_ > 0, "something was sent");
    if (PQsendFlushRequest(connection_.get()) != 1 || PQflush(connection_.get()) < 0) throw gone();
    Answer last;
    while (unread_ > 0) last = read_one();
    return last;
  }

  void read_all() {
    if (unread_ > 0) read_last();
  }

  // To an end of the pipeline, after which an error is over.
  void synchronize() {
    if (PQpipelineSync(connection_.get()) != 1) throw gone();
    while (unread_ > 0) {
      take_result();
      take_result();  // the null between two answers
      unread_ -= 1;
    }
    const Answer end = take_result();
    if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) throw gone();
  }

  void run_script(const std::string& script) {
    read_all();
    synchronize();
    ensure(PQexitPipelineMode(connection_.get()) == 1, "the pipeline is empty");
    const Answer answer(PQexec(connection_.get(), script.c_str()));
    const bool again = PQenterPipelineMode(connection_.get()) == 1;
    if (is_broken()) throw gone();
    ensure(again, "the script has ended");
    if (is_error(answer.get())) throw error_of(answer.get());
  }

  bool is_broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

  SqlError gone() const {
    return {SqlError::Of::all, Fault::away, without_line_end(PQerrorMessage(connection_.get()))};
  }

 private:
  Answer take_result() {
    Answer result(PQgetResult(connection_.get()));
    if (is_broken()) throw gone();
    return result;
  }

  Answer read_one() {
    Answer answer = take_result();
    if (!answer) throw gone();
    const Answer end = take_result();
    ensure(!end, "a statement has one answer");
    unread_ -= 1;
    // What follows a failure is not carried out, and says so.
    if (is_error(answer.get())) {
      SqlError error = error_of(answer.get());
      synchronize();
      throw error;
    }
    return answer;
  }

  const std::string url_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::size_t unread_ = 0;
};

class Postgres::PgStatement final : public Statement {
 public:
  PgStatement(Postgres& owner, std::string_view sql)
      : owner_(owner), sql_(numbered(sql)), reads_(sql.starts_with("SELECT")) {}

  void bind(int parameter, std::int64_t value) override {
    put(parameter, of_integer, std::to_string(value), Text::passes);
  }
  void bind(int parameter, std::string_view text, Text life) override {
    put(parameter, of_text, text, life);
  }
  void bind_bytes(int parameter, std::string_view bytes, Text life) override {
    put(parameter, of_bytes, bytes, life);
  }
  void bind_null(int parameter) override { at(parameter) = Parameter(); }

  bool step() override {
    if (!answer_) {
      send();
      answer_ = owner_.impl_->read_last();
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
    const Answer answer = owner_.impl_->read_last();
    reset();
    int count = 0;
    const std::string_view said = PQcmdTuples(answer.get());
    std::from_chars(said.data(), said.data() + said.size(), count);
    return count;
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
    owner_.impl_->send(sql_, parameters_);
  }

  Postgres& owner_;
  const std::string sql_;
  const bool reads_;
  std::vector<Parameter> parameters_;
  Answer answer_;
  int row_ = -1;
  mutable std::string bytes_;  // what text() has unescaped last
};

Postgres::Postgres(const std::string& url) : impl_(std::make_unique<Impl>(url)) {}

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
  impl_->run_script(script);
}

void Postgres::begin(Access access) {
  if (impl_->is_broken()) impl_->connect();
  is_open_ = true;
  if (access == Access::read_only) {
    impl_->send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {});
  } else {
    impl_->send("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", {});
    impl_->send("SET LOCAL lock_timeout = 30000", {});
    impl_->send("SET LOCAL idle_in_transaction_session_timeout = 60000", {});
    impl_->send("SELECT pg_advisory_xact_lock(" + writers_lock + ")", {});
  }
  has_written_ = false;
}

void Postgres::commit() {
  const bool leaves_mark = has_written_ && !mark_.empty();
  if (leaves_mark) leave_mark();
  impl_->read_all();  // what went wrong by now was not kept, of which there is no doubt
  try {
    impl_->send("COMMIT", {});
    impl_->read_last();
    impl_->synchronize();
  } catch (const SqlError& error) {
    is_open_ = false;
    if (!leaves_mark || !impl_->is_broken()) throw;
    if (!was_kept()) throw SqlError(SqlError::Of::nobody, Fault::away, error.what());
  }
  is_open_ = false;
}

void Postgres::roll_back() noexcept {
  if (!is_open_) return;
  is_open_ = false;
  if (impl_->is_broken()) return;
  try {
    impl_->synchronize();
    impl_->send("ROLLBACK", {});
    impl_->read_all();
    impl_->synchronize();
  } catch (const SqlError&) {
    // It is broken now, and nothing of the transaction is kept.
  }
}

void Postgres::mark_commits(std::string name) { mark_ = std::move(name); }

void Postgres::leave_mark() {
  commits_ += 1;
  Statement& put = prepared(
      "INSERT INTO commit_mark (name, number) VALUES (?, ?)"
      " ON CONFLICT (name) DO UPDATE SET number = excluded.number");
  put.bind(1, mark_, Text::stays);
  put.bind(2, commits_);
  put.run();
}

// The server may be about to keep it still: it holds the row until it has, or has not.
bool Postgres::was_kept() {
  impl_->connect();
  begin(Access::read_write);
  Statement& last = prepared("SELECT number FROM commit_mark WHERE name = ? FOR UPDATE");
  last.bind(1, mark_, Text::stays);
  const bool was_kept = last.step() && last.integer(0) == commits_;
  last.reset();
  impl_->send("COMMIT", {});
  impl_->read_all();
  impl_->synchronize();
  return was_kept;
}

}  // namespace recycled::store
