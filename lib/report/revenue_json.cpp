// The report for programs.
#include "report/json.hpp"
#include "report/revenue.hpp"

namespace recycled::report {
namespace {

Json json_of(const Sum& sum, const Currency& currency) {
  return {{"count", sum.count}, {"amount", to_decimal(Money{sum.minor, currency})}};
}

Json rate_or_null(const std::optional<int>& per_mille) {
  if (!per_mille) return {};
  return std::to_string(*per_mille / 10) + "." + std::to_string(*per_mille % 10);
}

// Appended to `head`, which says whose figures they are.
Json json_of(Json head, const Figures& figures, const Currency& currency) {
  head["handed_over"] = json_of(figures.handed_over(), currency);
  head["ended"] = json_of(figures.ended(), currency);
  for (std::size_t i = 0; i < outcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    head[std::string(to_text(outcome))] = json_of(figures.of(outcome), currency);
  }
  head["rate_percent"] = rate_or_null(figures.rate());
  head["rate_by_amount_percent"] = rate_or_null(figures.rate_by_amount());
  return head;
}

Json json_of(const std::vector<Row>& rows, const char* name, const Currency& currency) {
  Json json = Json::array();
  for (const Row& row : rows) {
    Json head{{name, row.key}};
    if (row.label != row.key) head["label"] = row.label;
    json.push_back(json_of(std::move(head), row.figures, currency));
  }
  return json;
}

Json json_of(const std::vector<Band>& bands, const Currency& currency) {
  Json json = Json::array();
  for (const Band& band : bands) {
    Json one{{"band", band.label}};
    one.update(json_of(band.sum, currency));
    json.push_back(std::move(one));
  }
  return json;
}

Json json_of(const Revenue& revenue) {
  const Currency& currency = revenue.currency;
  Json over_time = Json::array();
  for (const Stretch& stretch : revenue.over_time) {
    Json head{{"from", to_iso8601(stretch.first)}};
    over_time.push_back(json_of(std::move(head), stretch.figures, currency));
  }
  const auto& median = revenue.days.median;
  return {{"currency", currency.code()},
          {"all", json_of(Json::object(), revenue.all, currency)},
          {"by_block", json_of(revenue.by_way, "block", currency)},
          {"by_gateway", json_of(revenue.by_gateway, "gateway", currency)},
          {"by_decline_code", json_of(revenue.by_decline_code, "decline_code", currency)},
          {"median_days_to_recover", median ? Json(*median) : Json()},
          {"days_to_recover", json_of(revenue.days.bands, currency)},
          {"over_time", std::move(over_time)},
          {"open_by_age", json_of(revenue.open_by_age, currency)}};
}

}  // namespace

std::string to_json(const RevenueReport& report) {
  Json currencies = Json::array();
  for (const Revenue& revenue : report.currencies) currencies.push_back(json_of(revenue));
  return written(Json{{"from", when_or_null(report.claimed.from)},
                      {"to", when_or_null(report.claimed.to)},
                      {"time_zone", report.time_zone},
                      {"open_at", when_or_null(report.at)},
                      {"over_time_unit", to_text(report.unit)},
                      {"currencies", std::move(currencies)}});
}

}  // namespace recycled::report
