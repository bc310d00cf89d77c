// recycled run and recycled once: the service, and one pass of it for cron.
#pragma once

#include <filesystem>

#include "engine/engine.hpp"
#include "ports/events.hpp"

namespace recycled {

struct RunOptions {
  std::filesystem::path config;
  engine::Scanning scanning = engine::Scanning::on;
  ports::Level log_level = ports::Level::info;
};

// Until a stop signal. The exit code (exit_code.hpp).
int run_service(const RunOptions& options);
// One full pass, no open port: pending results are polled (mission.md X3).
int run_once(const RunOptions& options);

}  // namespace recycled
