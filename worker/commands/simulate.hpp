// recycled simulate: months of billing with everything going wrong, from one seed. Touches neither
// a config nor a ledger of anybody's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct SimulateOptions {
  int days = 60;
  std::uint64_t seed = 1;
  int subscriptions = 500;
  std::string log;             // a file, or "-": standard output; empty: none
  std::filesystem::path keep;  // the folder for the ledger; empty: a temporary one
  Output output = Output::text;
};

// The exit code: done when every invariant held, failed when one did not. With the log on standard
// output the figures go to standard error.
int run_simulate(const SimulateOptions& options);

}  // namespace recycled
