// recycled verify --provider: what FlexFactor's list of orders says against our ledger.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct VerifyOptions {
  std::filesystem::path config;
  std::string from;  // an instant, or a civil day of the account; empty: 35 days ago
  std::string to;    // likewise; the day is the last one; empty: now
  Output output = Output::text;
};

// Reads only, page by page, beside a running service. The exit code (exit_code.hpp): needs_person
// for any difference, failed when FlexFactor cannot be asked about all of it.
int run_verify(const VerifyOptions& options);

}  // namespace recycled
