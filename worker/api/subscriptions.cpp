// GET /v1/subscriptions/{id}: what `explain --json` says.
#include <functional>
#include <utility>

#include "api/routes.hpp"
#include "base/card_number.hpp"
#include "report/explain.hpp"
#include "rest/answers.hpp"

namespace recycled::api {

async::Task<http::Response> show_subscription(const Office& office, rest::Call call) {
  const engine::Context& context = office.context;
  using Explained = Result<report::Explanation>;
  std::function<Explained(ports::LedgerTx&)> look = [&context, &call](ports::LedgerTx& tx) {
    return report::gather_explanation(tx, context.desk.rules(), context.desk.calendar(), call.id,
                                      context.clock.now());
  };
  auto explained = co_await ports::transact(context.ledger, std::move(look));
  if (!explained) co_return rest::refusal(503, {"unavailable", explained.error().message, ""});
  const Explained& story = *explained;
  if (story) co_return rest::json(200, report::to_json(*story));
  // What was asked for may have been a card number.
  co_return rest::refusal(404, {"not_found", hide_card_numbers(story.error().message), "id"});
}

}  // namespace recycled::api
