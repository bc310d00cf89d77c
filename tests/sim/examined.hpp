// What `verify` says of a world's ledger.
#pragma once

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "simulation/world.hpp"
#include "store/inspection.hpp"
#include "worker/examiner_tools.hpp"

namespace recycled::simulation {

inline report::Examination examined(const std::filesystem::path& file, const billing::Rules& rules,
                                    Instant now, const std::string& head = {}) {
  report::Examiner examiner(examiner_tools(rules), now, head);
  const auto read = store::inspect_ledger(
      file, [&examiner](ports::LedgerInspector& ledger) { examiner.examine(ledger); });
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
  return examiner.examination();
}

inline void check_ledger_is_clean(World& world, const billing::Rules& rules) {
  const auto found = examined(world.ledger().file, rules, world.now());
  CHECK(found.audit_rows > 0);
  CHECK_MESSAGE(count_of(found) == 0, to_text(found));
}

}  // namespace recycled::simulation
