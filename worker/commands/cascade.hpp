// `recycled cascade FILE|-`: one declined sale whose shopper waits.
#pragma once

#include <filesystem>
#include <string>

#include "commands/check.hpp"

namespace recycled {

struct CascadeOptions {
  std::filesystem::path config;
  std::string file;  // - is standard input
  Output output = Output::text;
};

// Returns an exit code: done for approved, failed for declined and refused.
int run_cascade(const CascadeOptions& options);

}  // namespace recycled
