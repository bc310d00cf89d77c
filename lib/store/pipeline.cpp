#include "store/pipeline.hpp"

#include <array>
#include <optional>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::store {
namespace {

// Answers that nobody waits for may gather so far: much less than what either side keeps for the
// other without reading.
constexpr std::size_t most_unread = 64;
// … and bytes: less than what libpq keeps before it sends by itself, without a synchronisation.
constexpr std::size_t most_unsent = 32 << 10;

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// Raised by the function renew() of the schema.
constexpr std::string_view taken_for_dead = "RC001";

// Classes and codes of PostgreSQL's table of errors (its manual, appendix A).
SqlError error_of(const PGresult* result) {
  const char* said = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view code = said == nullptr ? "" : said;
  const std::string message = without_line_end(PQresultErrorMessage(result));
  const std::string_view kind = code.substr(0, 2);
  if (code == "40001" || code == "40P01") return {SqlError::Of::nobody, Fault::busy, message};
  if (code == taken_for_dead) return {SqlError::Of::all, Fault::busy, message};
  // The session is over, and whatever was not committed with it.
  if (kind == "08" || kind == "57" || code == "25P03" || code.empty()) {
    return {SqlError::Of::nobody, Fault::unavailable, message};
  }
  if (code == "55P03") return {SqlError::Of::all, Fault::busy, message};
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

const char* Parameter::data() const {
  if (is_null) return nullptr;
  if (is_own) return own.c_str();
  return value.empty() ? "" : value.data();
}

Pipeline::Pipeline(std::string url) : url_(std::move(url)) { connect(); }

void Pipeline::connect() {
  unread_ = 0;
  unsent_ = 0;
  // What the URL says comes last, and so has precedence.
  const std::array<const char*, 5> names{"connect_timeout", "fallback_application_name",
                                         "client_encoding", "dbname", nullptr};
  const std::array<const char*, 5> values{"10", "recycled", "UTF8", url_.c_str(), nullptr};
  connection_.reset(PQconnectdbParams(names.data(), values.data(), 1));
  if (is_broken()) throw SqlError(SqlError::Of::all, Fault::unavailable, said());
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
  ensure(PQenterPipelineMode(connection_.get()) == 1, "a fresh connection has nothing under way");
}

void Pipeline::send(const std::string& sql, const std::vector<Parameter>& parameters) {
  if (unread_ >= most_unread || unsent_ >= most_unsent) read_all();
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
  unsent_ += sql.size();
  for (const Parameter& parameter : parameters) unsent_ += parameter.size();
}

// Each reading ends at a synchronisation, after which a failure is over, and the server knows that
// it is we who are silent.
Pipeline::Answer Pipeline::read_last() {
  ensure(unread_ > 0, "something was sent");
  if (PQpipelineSync(connection_.get()) != 1) throw gone();
  unsent_ = 0;
  Answer last;
  std::optional<SqlError> failure;
  for (; unread_ > 0; --unread_) {
    last = take_result();
    if (!last) throw gone();
    // What follows a failure is not carried out, and says so.
    if (is_error(last.get()) && !failure) failure = error_of(last.get());
    const Answer end = take_result();
    ensure(!end, "a statement has one answer");
  }
  const Answer end = take_result();
  if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) throw gone();
  if (failure) throw SqlError(*failure);
  return last;
}

void Pipeline::read_all() {
  if (unread_ > 0) read_last();
}

void Pipeline::run_script(const std::string& script) {
  read_all();
  ensure(PQexitPipelineMode(connection_.get()) == 1, "the pipeline is empty");
  const Answer answer(PQexec(connection_.get(), script.c_str()));
  const bool again = PQenterPipelineMode(connection_.get()) == 1;
  if (is_broken()) throw gone();
  ensure(again, "the script has ended");
  if (is_error(answer.get())) throw error_of(answer.get());
}

std::string Pipeline::said() const { return without_line_end(PQerrorMessage(connection_.get())); }

SqlError Pipeline::gone() const { return {SqlError::Of::nobody, Fault::unavailable, said()}; }

Pipeline::Answer Pipeline::take_result() {
  Answer result(PQgetResult(connection_.get()));
  if (is_broken()) throw gone();
  return result;
}

}  // namespace recycled::store
