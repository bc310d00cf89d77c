#include "metrics.hpp"

#include <functional>
#include <utility>

#include "report/metrics.hpp"
#include "system/files.hpp"

namespace recycled {
namespace {

report::RunCounters counters_of(const engine::Tally& tally) {
  report::RunCounters run;
  run.scanned = tally.scanned;
  run.claimed = tally.claimed;
  run.calls = tally.calls;
  run.answered = tally.answered;
  run.callbacks = tally.callbacks;
  run.delivered = tally.delivered;
  run.became = tally.became;
  run.held = tally.held;
  run.recovered = tally.recovered;
  return run;
}

}  // namespace

async::Task<Result<std::string>> show_metrics(const engine::Context& context,
                                              const engine::Tally& tally) {
  const Instant now = context.clock.now();
  std::function<report::Metrics(ports::LedgerTx&)> look = [now](ports::LedgerTx& tx) {
    return report::gather_metrics(tx, now);
  };
  auto metrics = co_await ports::transact(context.ledger, std::move(look));
  if (!metrics) co_return Failure(metrics.error());
  metrics->run = counters_of(tally);
  co_return report::to_prometheus(*metrics);
}

async::Task<Result<void>> write_metrics(const engine::Context& context, const engine::Tally& tally,
                                        std::filesystem::path file) {
  const auto text = co_await show_metrics(context, tally);
  if (!text) co_return Failure(text.error());
  co_return system::write_file(file, *text, system::Access::everyone_reads);
}

}  // namespace recycled
