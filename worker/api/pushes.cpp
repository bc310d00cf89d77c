// POST /v1/declines and POST /v1/orders: what `import subscriptions` and `import orders` take, one
// or many, pushed as it happens. The same reader, the same guard, the same use case.
#include "api/batch.hpp"
#include "api/routes.hpp"
#include "intake/sale_record.hpp"
#include "intake/subscription_record.hpp"
#include "rest/answers.hpp"

namespace recycled::api {
namespace {

constexpr Kind<billing::Subscription> declines{
    {"declines"},
    "subscription_id",
    &intake::judge_subscription,
    &intake::is_subscription_field,
    ports::EventName::api_declines,
};

constexpr Kind<billing::Sale> orders{
    {"orders"},
    "order_id",
    &intake::judge_sale,
    &intake::is_sale_field,
    ports::EventName::api_orders,
};

template <class Item>
async::Task<http::Response> take_in(const Office& office, rest::Call call, const Kind<Item>& kind) {
  const auto rows = read_rows(call.request, kind.form);
  if (!rows) co_return rows.error();
  Judged<Item> judged = judge(*rows, kind, office.context);
  for (const auto accepted : engine::every_accepted) {
    judged.answer.results.push_back(engine::to_text(accepted));
  }
  if (!judged.good.empty()) {
    auto taken = co_await office.engine.accept(std::move(judged.good));
    if (!taken) co_return rest::refusal(503, {"unavailable", taken.error().message, ""});
    for (std::size_t i = 0; i < taken->size(); ++i) {
      judged.answer.items[judged.places[i]].result = engine::to_text((*taken)[i]);
    }
    note(office, kind.event, taken->size());
  }
  co_return rest::to_response(judged.answer);
}

}  // namespace

async::Task<http::Response> take_declines(const Office& office, rest::Call call) {
  return take_in(office, std::move(call), declines);
}

async::Task<http::Response> take_orders(const Office& office, rest::Call call) {
  return take_in(office, std::move(call), orders);
}

}  // namespace recycled::api
