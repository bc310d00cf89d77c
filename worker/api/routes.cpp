#include "api/routes.hpp"

#include <iterator>
#include <string_view>
#include <utility>

namespace recycled::api {
namespace {

using rest::Access;

struct Row {
  std::string_view method;
  std::string_view pattern;
  Access access;
  Handler* handler;
};

// worker/api/openapi.json describes the same rows; tests/integration/openapi.py compares the two.
constexpr Row rows[] = {
    {"GET", "/healthz", Access::open, &show_health},
    {"GET", "/readyz", Access::open, &show_readiness},
    {"GET", "/openapi.json", Access::open, &show_description},
    {"GET", "/metrics", Access::token, &show_metrics},
    {"GET", "/v1/subscriptions/{id}", Access::token, &show_subscription},
    {"POST", "/v1/declines", Access::token, &take_declines},
    {"POST", "/v1/orders", Access::token, &take_orders},
    {"POST", "/v1/reruns", Access::token, &take_reruns},
    {"POST", "/v1/cascades", Access::token, &take_cascade},
};

}  // namespace

std::vector<rest::Route> routes_of(const Office& office) {
  std::vector<rest::Route> routes;
  routes.reserve(std::size(rows));
  for (const Row& row : rows) {
    Handler* const handler = row.handler;
    routes.push_back({row.method, row.pattern, row.access, [handler, &office](rest::Call call) {
                        return handler(office, std::move(call));
                      }});
  }
  return routes;
}

}  // namespace recycled::api
