// The report for a terminal, and the words that all its forms share.
#include <algorithm>
#include <utility>

#include "base/ensure.hpp"
#include "report/revenue.hpp"

namespace recycled::report {
namespace {

using Cells = std::vector<std::string>;

std::size_t width_of(const std::string& text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

// Columns as wide as their widest cell; the first one to the left, figures to the right.
std::string aligned(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width_of(row[i]), ' ');
      line += i == 0 ? row[i] + space : "  " + space + row[i];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string number(const Sum& sum) { return std::to_string(sum.count); }

class Text {
 public:
  explicit Text(const Revenue& revenue) : revenue_(revenue) {}

  std::string all(Unit unit, const std::optional<Instant>& at) const {
    std::string text = headline();
    text += rows("by block", revenue_.by_way) + rows("by original gateway", revenue_.by_gateway) +
            rows("by decline code", revenue_.by_decline_code);
    text += bands("days to recover", revenue_.days.bands);
    text += over_time(unit);
    if (revenue_.all.of(Outcome::open).count > 0 && at) {
      text += bands("open, by age at " + to_iso8601(*at), revenue_.open_by_age);
    }
    return text;
  }

 private:
  std::string amount(const Sum& sum) const {
    return to_decimal(Money{sum.minor, revenue_.currency});
  }

  std::string headline() const {
    const Figures& all = revenue_.all;
    std::vector<Cells> lines;
    const auto line = [&](std::string_view label, const Sum& sum) {
      lines.push_back({std::string(label), number(sum), amount(sum)});
    };
    line("recovered", all.of(Outcome::recovered));
    for (const Outcome outcome : {Outcome::refunded, Outcome::charged_back, Outcome::refund_due,
                                  Outcome::failed, Outcome::open, Outcome::never_sent}) {
      const Sum sum = all.of(outcome);
      if (sum.count > 0) line(title(outcome), sum);
    }
    line("handed over", all.handed_over());
    std::string text = std::string(revenue_.currency.code()) + "\n" + aligned(lines);
    text += "  recovery rate " + rate_in_words(all.rate()) + " of the " + number(all.ended()) +
            " that have ended, " + rate_in_words(all.rate_by_amount()) + " by amount\n";
    if (revenue_.days.median) {
      text += "  median days to recover " + std::to_string(*revenue_.days.median) + "\n";
    }
    return text;
  }

  Cells cells(std::string label, const Figures& figures) const {
    return {std::move(label),
            number(figures.handed_over()),
            number(figures.ended()),
            number(figures.of(Outcome::recovered)),
            amount(figures.of(Outcome::recovered)),
            rate_in_words(figures.rate())};
  }
  static Cells head(std::string label) {
    return {std::move(label), "handed over", "ended", "recovered", "amount", "rate"};
  }

  std::string rows(const char* what, const std::vector<Row>& rows) const {
    std::vector<Cells> lines{head(what)};
    for (const Row& row : rows) lines.push_back(cells(printable(row.label), row.figures));
    return aligned(lines);
  }

  std::string bands(const std::string& what, const std::vector<Band>& bands) const {
    std::vector<Cells> lines{{what, "number", "amount"}};
    for (const Band& band : bands) {
      lines.push_back({band.label, number(band.sum), amount(band.sum)});
    }
    return aligned(lines);
  }

  std::string over_time(Unit unit) const {
    std::vector<Cells> lines{head("by " + std::string(to_text(unit)) + " of the hand-over")};
    for (const Stretch& stretch : revenue_.over_time) {
      lines.push_back(cells(to_iso8601(stretch.first), stretch.figures));
    }
    return aligned(lines);
  }

  const Revenue& revenue_;
};

}  // namespace

std::string_view to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::recovered:
      return "recovered";
    case Outcome::refunded:
      return "refunded";
    case Outcome::charged_back:
      return "charged_back";
    case Outcome::refund_due:
      return "refund_due";
    case Outcome::failed:
      return "failed";
    case Outcome::open:
      return "open";
    case Outcome::never_sent:
      return "never_sent";
  }
  ensure(false, "an outcome of the set");
  return {};
}

std::string_view title(Outcome outcome) {
  switch (outcome) {
    case Outcome::recovered:
      return "recovered";
    case Outcome::refunded:
      return "refunded";
    case Outcome::charged_back:
      return "charged back";
    case Outcome::refund_due:
      return "to be refunded";
    case Outcome::failed:
      return "not recovered";
    case Outcome::open:
      return "open";
    case Outcome::never_sent:
      return "never sent";
  }
  ensure(false, "an outcome of the set");
  return {};
}

std::string_view to_text(Way way) {
  switch (way) {
    case Way::reattempts_4_6:
      return "4-6";
    case Way::reattempts_7_9:
      return "7-9";
    case Way::rerun:
      return "rerun";
    case Way::cascade:
      return "cascade";
  }
  ensure(false, "a way of the set");
  return {};
}

std::string_view title(Way way) {
  switch (way) {
    case Way::reattempts_4_6:
      return "re-attempts 4-6";
    case Way::reattempts_7_9:
      return "re-attempts 7-9";
    case Way::rerun:
      return "reruns";
    case Way::cascade:
      return "cascades";
  }
  ensure(false, "a way of the set");
  return {};
}

std::string_view to_text(Unit unit) {
  switch (unit) {
    case Unit::day:
      return "day";
    case Unit::week:
      return "week";
    case Unit::month:
      return "month";
  }
  ensure(false, "a unit of the set");
  return {};
}

std::string rate_in_words(const std::optional<int>& per_mille) {
  if (!per_mille) return "-";
  return std::to_string(*per_mille / 10) + "." + std::to_string(*per_mille % 10) + " %";
}

std::string to_text(const RevenueReport& report) {
  std::string text =
      "recovered revenue, hand-overs claimed: " + report.period + " (" + report.time_zone + ")\n";
  if (report.currencies.empty()) return text + "nothing was handed over\n";
  for (const Revenue& revenue : report.currencies) {
    text += "\n" + Text(revenue).all(report.unit, report.at);
  }
  return text;
}

}  // namespace recycled::report
