#include "api/batch.hpp"

#include "rest/answers.hpp"

namespace recycled::api {
namespace {

http::Response refuse(const intake::BatchFault& fault, const intake::BatchForm& form) {
  switch (fault.kind) {
    case intake::BatchFault::Kind::not_json:
      return rest::refusal(415, {"not_json", fault.what, ""});
    case intake::BatchFault::Kind::wrong_shape:
      return rest::refusal(422, {"invalid", fault.what, ""});
    case intake::BatchFault::Kind::too_many:
      return rest::refusal(422, {"too_many", fault.what, std::string(form.member)});
  }
  return rest::refusal(422, {"invalid", fault.what, ""});
}

}  // namespace

tl::expected<std::vector<intake::Row>, http::Response> read_rows(const http::Request& request,
                                                                 const intake::BatchForm& form) {
  if (!rest::is_declared_json(request)) {
    return tl::unexpected(
        rest::refusal(415, {"not_json", "send Content-Type: application/json", ""}));
  }
  auto rows = intake::read_batch(request.body, form);
  if (!rows) return tl::unexpected(refuse(rows.error(), form));
  return std::move(*rows);
}

rest::Item rejected(std::string id, std::vector<intake::FieldProblem> problems) {
  rest::Item item;
  item.id = std::move(id);
  item.reasons.reserve(problems.size());
  for (intake::FieldProblem& problem : problems) {
    item.reasons.push_back({std::move(problem.field), std::move(problem.what)});
  }
  return item;
}

void note(const Office& office, ports::EventName event, std::size_t count) {
  ports::Event line(event);
  line.count = static_cast<std::int64_t>(count);
  office.context.events.note(line);
}

}  // namespace recycled::api
