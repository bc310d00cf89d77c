// recycled status and recycled explain: reading, beside a running service, never writing.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct StatusOptions {
  std::filesystem::path config;
  Output output = Output::text;
};

struct ExplainOptions {
  std::filesystem::path config;
  std::string id;  // a subscription's, or one of our order ids
  Output output = Output::text;
};

// The exit code (exit_code.hpp): needs_person when something waits for one.
int run_status(const StatusOptions& options);
int run_explain(const ExplainOptions& options);

}  // namespace recycled
