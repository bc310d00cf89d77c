// The life that `recycled simulate` lives, with its ledger on PostgreSQL: everything goes wrong,
// its processes die at their commits, and every invariant holds. By hand, any seed:
//   RECYCLED_SEED=4711 build/asan/tests/sim_postgres
#include "simulation/life.hpp"

#include <cstdlib>
#include <string>

#include "examiner_tools.hpp"
#include "unit/postgres/fixture.hpp"

namespace recycled {
namespace {

void live_on_postgres(std::uint64_t seed) {
  CAPTURE(seed);
  simulation::LifeSettings settings;
  settings.days = 12;
  settings.seed = seed;
  settings.subscriptions = 60;
  settings.database = store::url_of(store::make_database());
  settings.examiner = examiner_tools;
  const auto report = simulation::live(settings);
  REQUIRE_MESSAGE(report.has_value(), (report ? "" : report.error().message));
  if (report->violation) {
    FAIL_CHECK(report->violation->invariant << ": " << report->violation->whose << " "
                                            << report->violation->detail);
  }
  CHECK_FALSE(report->faults.empty());
}

TEST_CASE("X1 a life on PostgreSQL holds every invariant, whatever goes wrong") {
  if (const char* seed = std::getenv("RECYCLED_SEED")) {
    return live_on_postgres(std::strtoull(seed, nullptr, 10));
  }
  for (const std::uint64_t seed : {1, 2}) live_on_postgres(seed);
}

}  // namespace
}  // namespace recycled
