// GET /metrics: for a monitoring system, in Prometheus' text format.
#include "metrics.hpp"

#include "api/routes.hpp"
#include "report/metrics.hpp"
#include "rest/answers.hpp"

namespace recycled::api {

async::Task<http::Response> show_metrics(const Office& office, rest::Call) {
  auto text = co_await recycled::show_metrics(office.context, office.engine.tally());
  if (!text) co_return rest::refusal(503, {"unavailable", text.error().message, ""});
  http::Response response;
  response.status = 200;
  response.headers = {{"Content-Type", report::prometheus_type}, {"Cache-Control", "no-store"}};
  response.body = std::move(*text);
  co_return response;
}

}  // namespace recycled::api
