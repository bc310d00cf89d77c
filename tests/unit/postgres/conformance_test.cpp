// The suite that every backend passes, on PostgreSQL.
#include "unit/store/conformance.hpp"

#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

conformance::MakeLedger postgres(Executor executor) {
  return [executor]() -> std::unique_ptr<ports::Ledger> {
    return open_ledger(url_of(make_database()), executor);
  };
}

TEST_CASE("conformance: all of it on PostgreSQL") {
  const auto make = postgres(Executor::inline_);
  for (const conformance::Case& one : conformance::every_case) {
    SUBCASE(one.name) { one.run(make); }
  }
}

TEST_CASE("conformance: all of it on PostgreSQL on the store's own thread") {
  const auto make = postgres(Executor::thread);
  for (const conformance::Case& one : conformance::every_case) {
    CAPTURE(one.name);
    one.run(make);
  }
}

}  // namespace
}  // namespace recycled::store
