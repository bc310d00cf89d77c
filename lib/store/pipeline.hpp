// A connection of libpq's in its pipeline mode: what is sent gathers, and its answers are read in
// order when one of them is wanted.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "store/statement.hpp"

namespace recycled::store {

// Of a parameter; one whose type is not said takes that of the place it stands at.
constexpr Oid unsaid = 0;
constexpr Oid of_bytes = 17;
constexpr Oid of_integer = 20;
constexpr Oid of_text = 25;

// What a statement is sent with.
struct Parameter {
  Oid type = unsaid;
  bool is_null = true;
  bool is_own = false;
  std::string_view value{};
  std::string own{};  // a copy, in place of `value`

  const char* data() const;
  std::size_t size() const { return is_own ? own.size() : value.size(); }
};

class Pipeline {
 public:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Answer = std::unique_ptr<PGresult, Clear>;

  // As Postgres has it. What goes wrong is thrown as SqlError, by whichever function hears of it.
  explicit Pipeline(std::string url);

  void connect();  // anew; an SqlError of all if nobody answers
  bool is_broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

  void send(const std::string& sql, const std::vector<Parameter>& parameters = {});
  // The answer to the last that was sent. What was sent before it and went wrong is thrown first.
  Answer read_last();
  void read_all();
  // Some statements at once, outside of it.
  void run_script(const std::string& script);

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  Answer take_result();
  std::string said() const;
  SqlError gone() const;

  const std::string url_;
  std::unique_ptr<PGconn, Finish> connection_;
  std::size_t unread_ = 0;
  std::size_t unsent_ = 0;  // bytes, about
};

}  // namespace recycled::store
