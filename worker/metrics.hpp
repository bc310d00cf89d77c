// The figures of a run for a monitoring system: GET /metrics, and the file that `once` writes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/context.hpp"
#include "ports/run_counts.hpp"

namespace recycled {

// As Prometheus' text format, read from the ledger and what the run has counted.
async::Task<Result<std::string>> show_metrics(const engine::Context& context,
                                              const ports::RunCounts& run);

// The same into a file that a collector reads.
async::Task<Result<void>> write_metrics(const engine::Context& context, const ports::RunCounts& run,
                                        std::filesystem::path file);

}  // namespace recycled
