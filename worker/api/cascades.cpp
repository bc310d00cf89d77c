// POST /v1/cascades: one declined sale whose shopper waits (C1-C5). The same use case as `cascade`.
#include <utility>

#include "api/batch.hpp"
#include "api/routes.hpp"
#include "report/cascade.hpp"
#include "rest/answers.hpp"

namespace recycled::api {
namespace {

constexpr intake::BatchForm one_order{"cascades", 1};

http::Response unavailable(const Error& error) {
  auto response = rest::refusal(503, {"unavailable", error.message, ""});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

// A shopper is answered, whatever the answer is: 200. Only what was not decided is an error.
async::Task<http::Response> take_cascade(const Office& office, rest::Call call) {
  const auto rows = read_rows(call.request, one_order);
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return rest::refusal(422, {"invalid", "there is no order in the list", ""});
  const intake::RecordRules rules{office.context.desk.rules(), office.context.desk.calendar(),
                                  office.context.clock.now()};
  auto record = intake::judge_sale(rows->front(), rules);
  if (!record.problems.empty()) {
    intake::FieldProblem& problem = record.problems.front();
    co_return rest::refusal(422, {"invalid", std::move(problem.what), std::move(problem.field)});
  }
  const SaleId id = record.item.id;
  billing::Sale sale = std::move(record.item);
  const auto answer = co_await office.engine.cascade(std::move(sale));
  if (!answer) co_return unavailable(answer.error());
  co_return rest::json(200, report::to_json(id, *answer));
}

}  // namespace recycled::api
