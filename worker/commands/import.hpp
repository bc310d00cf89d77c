// recycled import subscriptions|orders FILE|-: what the merchant's system exports into the ledger.
#pragma once

#include <filesystem>
#include <optional>

#include "commands/check.hpp"
#include "intake/import_json.hpp"

namespace recycled {

using intake::ImportMode;

enum class ImportOf { subscriptions, orders };

struct ImportOptions {
  ImportOf what = ImportOf::subscriptions;
  std::filesystem::path config;
  std::filesystem::path file;  // "-": stdin
  ImportMode mode = ImportMode::write;
  Output output = Output::text;
  // Card numbers are read and sent to FlexFactor for a token; by the account of its gateway, if one
  // is named.
  std::optional<intake::Tokenizing> tokenizing;
};

// Upserts by id, so a repeat is harmless. Refused rows are listed on stderr, with line and reason,
// and written to FILE.rejected; the good ones go in. A dry run says exactly what would happen, and
// changes nothing. The exit code (exit_code.hpp).
int run_import(const ImportOptions& options);

}  // namespace recycled
