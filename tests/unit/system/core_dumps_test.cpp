#include "system/core_dumps.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

using namespace recycled;

TEST_CASE("X4: after the call no core dump of the process can be made") {
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  REQUIRE(system::forbid_core_dumps().has_value());
  CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
  rlimit limit{1, 1};
  REQUIRE(getrlimit(RLIMIT_CORE, &limit) == 0);
  CHECK(limit.rlim_cur == 0);
  CHECK(limit.rlim_max == 0);
}
