// POST /v1/reruns: hands declined new sales to FlexFactor by name, one or many (N1). The same use
// case as `rerun`.
#include <algorithm>

#include "api/batch.hpp"
#include "api/routes.hpp"
#include "report/rerun.hpp"
#include "rest/answers.hpp"

namespace recycled::api {
namespace {

constexpr Kind<intake::RerunRecord> reruns{
    {"reruns"},
    "order_id",
    &intake::judge_rerun,
    &intake::is_rerun_field,
    ports::EventName::api_reruns,
};

constexpr std::string_view claimed = "claimed";

std::vector<engine::RerunWish> wishes_of(std::vector<intake::RerunRecord> records) {
  std::vector<engine::RerunWish> wishes;
  wishes.reserve(records.size());
  for (intake::RerunRecord& record : records) {
    wishes.push_back({std::move(record.sale), std::move(record.at)});
  }
  return wishes;
}

void tell_claim(const billing::Recovery& recovery, rest::Item& item) {
  item.result = claimed;
  item.details = {{"gateway", recovery.provider_gateway.str()},
                  {"amount", to_decimal(recovery.amount)},
                  {"currency", std::string(recovery.amount.currency.code())},
                  {"expires_at", to_iso8601(recovery.expires_at)},
                  {"handed_over_as", recovery.order.str()}};
}

void tell(const std::optional<engine::RerunClaim>& claim, rest::Item& item) {
  std::optional<billing::SaleRefusal> refusal;
  if (claim) {
    const auto* taken = std::get_if<ports::StoredRecovery>(&*claim);
    if (taken != nullptr) return tell_claim(taken->recovery, item);
    refusal = std::get<billing::SaleRefusal>(*claim);
  }
  auto why = report::why_not(refusal);
  item.refused = {std::move(why.reason), std::move(why.sentence), std::move(why.detail)};
}

}  // namespace

async::Task<http::Response> take_reruns(const Office& office, rest::Call call) {
  const auto rows = read_rows(call.request, reruns.form);
  if (!rows) co_return rows.error();
  Judged<intake::RerunRecord> judged = judge(*rows, reruns, office.context);
  rest::BatchAnswer& answer = judged.answer;
  answer.results = {claimed};
  answer.refusals = rest::Refusals::counted;
  if (!judged.good.empty()) {
    auto wishes = wishes_of(std::move(judged.good));
    auto claims = co_await office.engine.rerun(std::move(wishes));
    if (!claims) co_return rest::refusal(503, {"unavailable", claims.error().message, ""});
    for (std::size_t i = 0; i < claims->size(); ++i) {
      tell((*claims)[i], answer.items[judged.places[i]]);
    }
    const auto taken = std::ranges::count(answer.items, claimed, &rest::Item::result);
    note(office, reruns.event, static_cast<std::size_t>(taken));
  }
  co_return rest::to_response(answer);
}

}  // namespace recycled::api
