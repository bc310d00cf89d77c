// recycled simulate: months of billing with everything going wrong, from one seed. Of a config it
// reads the text alone; it touches nobody's ledger, secrets or network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

enum class Figures { all, tally };

struct SimulateOptions {
  int days = 60;
  std::uint64_t seed = 1;
  int subscriptions = 500;
  std::string log;               // a file, or "-": standard output; empty: none
  std::filesystem::path config;  // whose rules are lived by; empty: the built-in ones
  std::filesystem::path keep;    // the folder for the ledger; empty: a temporary one
  Output output = Output::text;
  Figures figures = Figures::all;  // tally: lines for a script, in place of the output
};

// The exit code: done when every invariant held, failed when one did not, config_invalid when the
// config does not load: what is wrong stands on standard error, one problem a line. With the log on
// standard output the figures go to standard error.
int run_simulate(const SimulateOptions& options);

}  // namespace recycled
