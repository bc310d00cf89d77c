// recycled verify: every promise that the ledger can be asked for by itself, offline.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct VerifyLedgerOptions {
  std::filesystem::path config;
  std::filesystem::path ledger;  // a copy or a backup; empty: the config's
  std::string head;              // as the log has shown one; empty: none is asked for
  Output output = Output::text;
};

// Reads only, one snapshot, beside a running service. The exit code (exit_code.hpp): needs_person
// for any finding, failed when the ledger cannot be read to its end.
int run_verify_ledger(const VerifyLedgerOptions& options);

}  // namespace recycled
