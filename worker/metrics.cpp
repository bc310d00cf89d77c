#include "metrics.hpp"

#include <functional>
#include <utility>

#include "report/metrics.hpp"
#include "system/files.hpp"

namespace recycled {

async::Task<Result<std::string>> show_metrics(const engine::Context& context,
                                              const ports::RunCounts& run) {
  const Instant now = context.clock.now();
  std::function<report::Metrics(ports::LedgerTx&)> look = [now](ports::LedgerTx& tx) {
    return report::gather_metrics(tx, now);
  };
  auto metrics = co_await ports::transact(context.ledger, std::move(look));
  if (!metrics) co_return Failure(metrics.error());
  metrics->run = run;
  co_return report::to_prometheus(*metrics);
}

async::Task<Result<void>> write_metrics(const engine::Context& context, const ports::RunCounts& run,
                                        std::filesystem::path file) {
  const auto text = co_await show_metrics(context, run);
  if (!text) co_return Failure(text.error());
  co_return system::write_file(file, *text, system::Access::everyone_reads);
}

}  // namespace recycled
