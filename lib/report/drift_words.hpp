// How a comparison with FlexFactor reads (drift.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/drift.hpp"

namespace recycled::report {

struct Verification {
  Instant from{};
  Instant to{};
  std::int64_t compared = 0;
  std::int64_t not_ours = 0;
  std::string unreachable;  // why it could not be finished; empty: it was
  std::vector<Difference> differences;
};

// One difference: which, whose, what either side says, what to do.
std::string to_line(const Difference& difference);

// One line a difference, and a last one that counts.
std::string to_text(const Verification& verification);
// {"from","to","compared","not_ours","unreachable","differences":[{"difference","gateway",
// "subscription","order","provider_order","here","there","to_do"}]}
std::string to_json(const Verification& verification);

}  // namespace recycled::report
