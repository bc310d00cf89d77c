// POST /v1/declines: subscriptions as `import subscriptions` takes them, one or many, pushed as
// they happen. The same reader, the same guard, the same use case.
#include <utility>
#include <vector>

#include "api/routes.hpp"
#include "intake/json_batch.hpp"
#include "intake/unknown_fields.hpp"
#include "rest/answers.hpp"
#include "rest/batch.hpp"

namespace recycled::api {
namespace {

constexpr intake::BatchForm form{"declines", 1000};

http::Response refuse(const intake::BatchFault& fault) {
  switch (fault.kind) {
    case intake::BatchFault::Kind::not_json:
      return rest::refusal(415, {"not_json", fault.what, ""});
    case intake::BatchFault::Kind::wrong_shape:
      return rest::refusal(422, {"invalid", fault.what, ""});
    case intake::BatchFault::Kind::too_many:
      return rest::refusal(422, {"too_many", fault.what, "declines"});
  }
  return rest::refusal(422, {"invalid", fault.what, ""});
}

rest::Item rejected(intake::JudgedRecord record) {
  rest::Item item;
  item.id = std::move(record.id);
  item.reasons.reserve(record.problems.size());
  for (intake::FieldProblem& problem : record.problems) {
    item.reasons.push_back({std::move(problem.field), std::move(problem.what)});
  }
  return item;
}

// The rows judged one by one: what is good of them, and an answer that still lacks its results.
struct Judged {
  std::vector<billing::Subscription> good;
  std::vector<std::size_t> places;  // of the good ones among the answer's items
  rest::BatchAnswer answer;
};

Judged judge(const std::vector<intake::Row>& rows, const engine::Context& context) {
  const intake::RecordRules rules{context.desk.rules(), context.desk.calendar(),
                                  context.clock.now()};
  Judged judged;
  judged.answer.id_name = "subscription_id";
  judged.answer.items.reserve(rows.size());
  intake::UnknownFields unknown(&intake::is_subscription_field);
  for (const intake::Row& row : rows) {
    for (const auto& [name, value] : row.fields) unknown.note(name);
    auto record = intake::judge_subscription(row, rules);
    if (!record.problems.empty()) {
      judged.answer.items.push_back(rejected(std::move(record)));
      continue;
    }
    judged.places.push_back(judged.answer.items.size());
    judged.answer.items.push_back({std::move(record.id), {}, {}});
    judged.good.push_back(std::move(record.subscription));
  }
  judged.answer.unknown_fields = unknown.names();
  for (const auto accepted : engine::every_accepted) {
    judged.answer.results.push_back(engine::to_text(accepted));
  }
  return judged;
}

void note(const Office& office, const std::vector<engine::Accepted>& results) {
  ports::Event event(ports::EventName::api_declines);
  event.count = static_cast<std::int64_t>(results.size());
  office.context.events.note(event);
}

}  // namespace

async::Task<http::Response> take_declines(const Office& office, rest::Call call) {
  if (!rest::is_declared_json(call.request)) {
    co_return rest::refusal(415, {"not_json", "send Content-Type: application/json", ""});
  }
  const auto rows = intake::read_batch(call.request.body, form);
  if (!rows) co_return refuse(rows.error());
  Judged judged = judge(*rows, office.context);
  if (!judged.good.empty()) {
    auto taken = co_await office.engine.accept(std::move(judged.good));
    if (!taken) co_return rest::refusal(503, {"unavailable", taken.error().message, ""});
    for (std::size_t i = 0; i < taken->size(); ++i) {
      judged.answer.items[judged.places[i]].result = engine::to_text((*taken)[i]);
    }
    note(office, *taken);
  }
  co_return rest::to_response(judged.answer);
}

}  // namespace recycled::api
