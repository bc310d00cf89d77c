// GET /healthz and GET /readyz: for whoever watches the process, or sends work to it.
#include <string>
#include <utility>

#include "api/routes.hpp"
#include "base/time.hpp"
#include "rest/answers.hpp"

namespace recycled::api {
namespace {

http::Response not_ready(std::string why) {
  return rest::refusal(503, {"not_ready", std::move(why), ""});
}

}  // namespace

async::Task<http::Response> show_health(const Office&, rest::Call) {
  co_return rest::json(200, "{\"status\": \"ok\"}\n");
}

// A write of its own: that the ledger can be read says nothing about a full disk.
async::Task<http::Response> show_readiness(const Office& office, rest::Call) {
  if (office.engine.is_stopping()) {
    co_return not_ready("a stop was asked for; what is under way is being finished");
  }
  const std::string now = to_iso8601(office.context.clock.now());
  ports::LedgerWork work = [&now](ports::LedgerTx& tx) { tx.set_meta("probed_at", now); };
  auto written = co_await office.context.ledger.write(std::move(work));
  if (!written) co_return not_ready("the ledger cannot be written: " + written.error().message);
  co_return rest::json(200, "{\"status\": \"ready\"}\n");
}

}  // namespace recycled::api
