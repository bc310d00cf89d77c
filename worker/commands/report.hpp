// recycled report: what was recovered in a period. Reading, beside a running service, never
// writing. Source: operations.md "report".
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

// As what it is written: figures for a terminal or a program, the rows behind them, or a page.
enum class ReportForm { figures, csv, html };

struct ReportOptions {
  std::filesystem::path config;
  std::string from;  // a date or an instant; empty: from the first hand-over on
  std::string to;    // the same, a date is meant whole; empty: up to the last
  ReportForm form = ReportForm::figures;
  std::string file;  // of csv and html; "-": standard output
  Output output = Output::text;
};

// The exit code (exit_code.hpp). A file is written whole or not at all.
int run_report(const ReportOptions& options);

}  // namespace recycled
