// The figures of a run for a monitoring system: GET /metrics, and the file that `once` writes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/context.hpp"
#include "engine/tally.hpp"

namespace recycled {

// As Prometheus' text format, read from the ledger and the run's tally.
async::Task<Result<std::string>> show_metrics(const engine::Context& context,
                                              const engine::Tally& tally);

// The same into a file that a collector reads.
async::Task<Result<void>> write_metrics(const engine::Context& context, const engine::Tally& tally,
                                        std::filesystem::path file);

}  // namespace recycled
