// recycled pause, recycled resume: the kill switch. Both work beside a running service.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct PauseOptions {
  std::filesystem::path config;
  std::string reason;   // may be empty
  std::string gateway;  // of `resume`: where the breaker has tripped; empty: the kill switch
  Output output = Output::text;
};

// Each gives the exit code (exit_code.hpp). What is so already is done.
int run_pause(const PauseOptions& options);
int run_resume(const PauseOptions& options);

}  // namespace recycled
