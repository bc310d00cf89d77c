// What a simulation came to, for a person and for a program.
#include <nlohmann/json.hpp>

#include "simulation/life.hpp"

namespace recycled::simulation {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const std::string& what, const std::string& value) {
  const std::size_t width = 66;
  const std::size_t gap =
      what.size() + value.size() + 2 < width ? width - what.size() - value.size() - 2 : 1;
  return "  " + what + std::string(gap, ' ') + value + "\n";
}

std::string lines(const Counted& counted) {
  std::string text;
  for (const auto& [what, count] : counted) text += line(what, std::to_string(count));
  return text;
}

std::string again(const LifeSettings& settings) {
  return "recycled simulate --days " + std::to_string(settings.days) + " --seed " +
         std::to_string(settings.seed) + " --subscriptions " +
         std::to_string(settings.subscriptions) +
         (settings.own ? " --config " + settings.own->file : "");
}

std::string money(const report::Sum& sum, const Currency& currency) {
  return std::to_string(sum.count) + ", " + to_decimal(Money{sum.minor, currency}) + " " +
         std::string(currency.code());
}

// The day of the simulation, from 1.
std::int64_t day_of(const LifeReport& report, Instant at) {
  return std::chrono::duration_cast<std::chrono::days>(at - report.began).count();
}

std::string verdict(const LifeReport& report) {
  if (!report.violation) return "held: every invariant, to the end\n";
  const Violation& what = *report.violation;
  std::string text = "VIOLATED on day " + std::to_string(day_of(report, what.at)) + " (" +
                     to_iso8601(what.at) + "): " + what.invariant + "\n";
  text += what.whose.empty() ? "  " : "  " + what.whose + ": ";
  return text + what.detail + "\n  again: " + again(report.settings) + " --log -\n";
}

Json object(const Counted& counted) {
  Json made = Json::object();
  for (const auto& [what, count] : counted) made[what] = count;
  return made;
}

}  // namespace

std::string to_text(const LifeReport& report) {
  std::string text = again(report.settings) + "\n";
  text += to_iso8601(report.began) + " to " + to_iso8601(report.ended) + ", " + report.zone +
          "; the last " + std::to_string(report.quiet_days) +
          " days without faults\n\nlived through\n" + lines(report.lived) +
          "\nfaults, and how often they struck\n" + lines(report.faults) +
          "\ninvariants, and how often they were checked\n";
  text += lines({report.checked.begin(), report.checked.end()});
  text += "\nrecovered revenue\n";
  for (const auto& revenue : report.revenue->currencies) {
    const std::string currency(revenue.currency.code());
    const auto& all = revenue.all;
    text += line("handed over", money(all.handed_over(), revenue.currency));
    text += line("recovered", money(all.of(report::Outcome::recovered), revenue.currency));
    text += line("given back", money(all.given_back(), revenue.currency));
    text += line("rate", report::rate_in_words(all.rate()));
  }
  return text + "\n" + verdict(report);
}

std::string to_tally(const LifeReport& report) {
  std::string text;
  const auto add = [&text](const std::string& name, std::int64_t tried, std::int64_t lost) {
    text += "tally\tsimulate " + name + "\t" + std::to_string(tried) + "\t" +
            std::to_string(tried - lost) + "\t" + std::to_string(lost) + "\n";
  };
  for (const auto& [name, count] : report.faults) add(name, count, 0);
  std::int64_t checks = 0;
  for (const auto& [name, count] : report.checked) checks += count;
  add("invariants", checks, report.violation ? 1 : 0);
  return text;
}

std::string to_json(const LifeReport& report) {
  Json made;
  made["days"] = report.settings.days;
  made["seed"] = report.settings.seed;
  made["subscriptions"] = report.settings.subscriptions;
  made["zone"] = report.zone;
  made["began"] = to_iso8601(report.began);
  made["ended"] = to_iso8601(report.ended);
  made["lived"] = object(report.lived);
  made["faults"] = object(report.faults);
  made["checked"] = object({report.checked.begin(), report.checked.end()});
  made["revenue"] = Json::parse(to_json(*report.revenue));
  made["held"] = !report.violation;
  if (const auto& what = report.violation) {
    made["violation"] = {{"invariant", what->invariant}, {"day", day_of(report, what->at)},
                         {"at", to_iso8601(what->at)},   {"whose", what->whose},
                         {"detail", what->detail},       {"again", again(report.settings)}};
  }
  return made.dump(2) + "\n";
}

}  // namespace recycled::simulation
