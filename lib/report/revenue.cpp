#include "report/revenue.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryState;
using std::chrono::days;

constexpr int page = 500;

// Amounts are so far below 2^63 that this loses a digit only where nobody could see it.
std::optional<int> per_mille(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return std::nullopt;
  while (whole > INT64_MAX / 4000) {
    part /= 10;
    whole /= 10;
  }
  return static_cast<int>((2000 * part + whole) / (2 * whole));
}

Sum operator+(Sum left, const Sum& right) { return left += right; }

// The bands of a length of time: each from so many full days on.
struct Edge {
  int from;
  const char* label;
};
constexpr std::array<Edge, 7> recovered_within{{{0, "under 1 day"},
                                                {1, "1 day"},
                                                {2, "2-3 days"},
                                                {4, "4-7 days"},
                                                {8, "8-14 days"},
                                                {15, "15-21 days"},
                                                {22, "over 21 days"}}};
constexpr std::array<Edge, 5> open_since{{{0, "under 1 day"},
                                          {1, "1-6 days"},
                                          {7, "7-13 days"},
                                          {14, "14-20 days"},
                                          {21, "21 days and more"}}};

template <std::size_t count>
std::vector<Band> bands_of(const std::array<Edge, count>& edges,
                           const std::map<int, Sum>& by_days) {
  std::vector<Band> bands;
  bands.reserve(count);
  for (const Edge& edge : edges) bands.push_back({edge.label, {}});
  for (const auto& [age, sum] : by_days) {
    std::size_t at = 0;
    while (at + 1 < count && edges[at + 1].from <= age) ++at;
    bands[at].sum += sum;
  }
  return bands;
}

int full_days(Instant from, Instant to) {
  return static_cast<int>(std::max(std::chrono::floor<days>(to - from), days(0)).count());
}

std::optional<int> median(const std::map<int, Sum>& by_days) {
  std::int64_t all = 0;
  for (const auto& [day, sum] : by_days) all += sum.count;
  std::int64_t seen = 0;
  for (const auto& [day, sum] : by_days) {
    seen += sum.count;
    if (2 * seen >= all) return day;
  }
  return std::nullopt;
}

// One currency while it is being counted.
struct Count {
  Figures all;
  std::map<Way, Figures> by_way;
  std::map<std::string, Figures> by_gateway;
  std::map<std::string, Figures> by_code;
  std::map<std::string, std::map<std::string, std::int64_t>> messages;  // of a code
  std::map<CivilDate, Figures> by_day;
  std::map<int, Sum> days_to_recover;
  Sum at_once;
  std::map<int, Sum> open_by_days;
};

void count(Count& into, const ports::ClaimedRecovery& row, const ports::Calendar& calendar,
           Instant now) {
  const billing::Recovery& recovery = row.stored.recovery;
  const Outcome outcome = outcome_of(recovery);
  const Sum one{1, recovery.amount.minor};
  into.all.add(outcome, one);
  into.by_way[way_of(recovery)].add(outcome, one);
  into.by_gateway[recovery.return_gateway.str()].add(outcome, one);
  into.by_code[row.decline_code].add(outcome, one);
  ++into.messages[row.decline_code][row.decline_message];
  into.by_day[calendar.day_of(recovery.claimed_at)].add(outcome, one);
  if (outcome == Outcome::open) into.open_by_days[full_days(recovery.claimed_at, now)] += one;
  if (outcome != Outcome::recovered) return;
  if (recovery.kind == billing::RecoveryKind::cascade) {
    into.at_once += one;
  } else {
    const Instant settled = recovery.settled_at.value_or(recovery.claimed_at);
    into.days_to_recover[full_days(recovery.claimed_at, settled)] += one;
  }
}

std::string most_frequent(const std::map<std::string, std::int64_t>& messages) {
  const auto fewer = [](const auto& left, const auto& right) { return left.second < right.second; };
  return std::max_element(messages.begin(), messages.end(), fewer)->first;  // the first of equals
}

std::vector<Row> most_recovered_first(const std::map<std::string, Figures>& by) {
  std::vector<Row> rows;
  rows.reserve(by.size());
  for (const auto& [key, figures] : by) rows.push_back({key, key, figures});
  std::stable_sort(rows.begin(), rows.end(), [](const Row& left, const Row& right) {
    const auto rank = [](const Row& row) {
      return std::pair(row.figures.of(Outcome::recovered).minor, row.figures.handed_over().count);
    };
    return rank(left) > rank(right);
  });
  return rows;
}

CivilDate first_of(CivilDate day, Unit unit) {
  if (unit == Unit::month) return day.year() / day.month() / 1;
  if (unit == Unit::day) return day;
  const std::chrono::sys_days at(day);
  return CivilDate(at - (std::chrono::weekday(at) - std::chrono::Monday));
}

CivilDate next_of(CivilDate first, Unit unit) {
  if (unit == Unit::month) return first + std::chrono::months(1);
  return add_days(first, unit == Unit::week ? 7 : 1);
}

// As many stretches as a chart has room for: 45 days, 26 weeks, or months.
Unit unit_of(CivilDate first, CivilDate last) {
  const auto span = std::chrono::sys_days(last) - std::chrono::sys_days(first);
  if (span < days(45)) return Unit::day;
  return span < days(26 * 7) ? Unit::week : Unit::month;
}

struct Span {
  CivilDate first;
  CivilDate last;
  Unit unit = Unit::day;
};

std::vector<Stretch> stretches(const std::map<CivilDate, Figures>& by_day, const Span& span) {
  std::vector<Stretch> all;
  auto at = by_day.begin();
  for (CivilDate first = first_of(span.first, span.unit); first <= span.last;) {
    const CivilDate next = next_of(first, span.unit);
    Stretch stretch{first, {}};
    for (; at != by_day.end() && at->first < next; ++at) stretch.figures += at->second;
    all.push_back(stretch);
    first = next;
  }
  return all;
}

Revenue finished(const Currency& currency, const Count& counted, const Span& span) {
  Revenue revenue;
  revenue.currency = currency;
  revenue.all = counted.all;
  for (const auto& [way, figures] : counted.by_way) {
    revenue.by_way.push_back({std::string(to_text(way)), std::string(title(way)), figures});
  }
  revenue.by_gateway = most_recovered_first(counted.by_gateway);
  revenue.by_decline_code = most_recovered_first(counted.by_code);
  for (Row& row : revenue.by_decline_code) {
    const std::string message = most_frequent(counted.messages.at(row.key));
    if (!message.empty()) row.label += " " + message;
  }
  revenue.days.bands = bands_of(recovered_within, counted.days_to_recover);
  revenue.days.bands.insert(revenue.days.bands.begin(), {"at once", counted.at_once});
  revenue.days.median = median(counted.days_to_recover);
  revenue.over_time = stretches(counted.by_day, span);
  revenue.open_by_age = bands_of(open_since, counted.open_by_days);
  return revenue;
}

std::string first_day(Instant from, const ports::Calendar& calendar) {
  const CivilDate day = calendar.day_of(from);
  return calendar.start_of(day) == from ? to_iso8601(day) : to_iso8601(from);
}

// The end is the first instant that is out, and the day before it the last that is in.
std::string last_day(Instant to, const ports::Calendar& calendar) {
  const CivilDate last = calendar.day_of(to - Millis(1));
  return calendar.start_of(add_days(last, 1)) == to ? to_iso8601(last) : to_iso8601(to);
}

// Where nobody said, from the day of the first claim to that of the last.
std::string in_words(const ReportPeriod& period, const std::optional<Span>& found,
                     const ports::Calendar& calendar) {
  std::string from;
  std::string to;
  if (found) from = to_iso8601(found->first);
  if (found) to = to_iso8601(found->last);
  if (period.from) from = first_day(*period.from, calendar);
  if (period.to) to = last_day(*period.to, calendar);
  if (from.empty() && to.empty()) return "ever";
  if (to.empty()) return "from " + from;
  if (from.empty()) return "until " + to;
  return from + " to " + to;
}

}  // namespace

Outcome outcome_of(const billing::Recovery& recovery) {
  switch (recovery.state) {
    case RecoveryState::recovered:
      if (recovery.charged_back) return Outcome::charged_back;
      if (recovery.refunded) return Outcome::refunded;
      return recovery.refund_due ? Outcome::refund_due : Outcome::recovered;
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
      return Outcome::failed;
    case RecoveryState::released:
      return Outcome::never_sent;
    case RecoveryState::intended:
    case RecoveryState::unknown:
    case RecoveryState::waiting:
    case RecoveryState::grace:
    case RecoveryState::withdrawing:
    case RecoveryState::parked:
      return Outcome::open;
  }
  ensure(false, "a recovery state of the set");
  return Outcome::open;
}

Way way_of(const billing::Recovery& recovery) {
  switch (recovery.kind) {
    case billing::RecoveryKind::recycle:
      return recovery.reattempt <= 6 ? Way::reattempts_4_6 : Way::reattempts_7_9;
    case billing::RecoveryKind::rerun:
      return Way::rerun;
    case billing::RecoveryKind::cascade:
      return Way::cascade;
  }
  ensure(false, "a kind of the set");
  return Way::rerun;
}

Sum& Sum::operator+=(const Sum& more) {
  count += more.count;
  minor += more.minor;
  return *this;
}

void Figures::add(Outcome outcome, const Sum& sum) {
  sums_[static_cast<std::size_t>(outcome)] += sum;
}

Figures& Figures::operator+=(const Figures& more) {
  for (std::size_t i = 0; i < outcomes; ++i) sums_[i] += more.sums_[i];
  return *this;
}

Sum Figures::given_back() const {
  return of(Outcome::refunded) + of(Outcome::charged_back) + of(Outcome::refund_due);
}
Sum Figures::ended() const { return of(Outcome::recovered) + given_back() + of(Outcome::failed); }
Sum Figures::handed_over() const { return ended() + of(Outcome::open); }

std::optional<int> Figures::rate() const {
  return per_mille(of(Outcome::recovered).count, ended().count);
}
std::optional<int> Figures::rate_by_amount() const {
  return per_mille(of(Outcome::recovered).minor, ended().minor);
}

void each_claimed(ports::LedgerReader& ledger, const ReportPeriod& period,
                  const std::function<void(const ports::ClaimedRecovery&)>& visit) {
  const Instant from = period.from.value_or(from_millis(INT64_MIN));
  const Instant to = period.to.value_or(from_millis(INT64_MAX));
  RecoveryKey after;
  for (bool more = true; more;) {
    const auto some = ledger.claimed(from, to, after, page);
    more = some.size() == page;
    for (const ports::ClaimedRecovery& row : some) {
      after = row.stored.key;
      visit(row);
    }
  }
}

RevenueReport gather_revenue(ports::LedgerReader& ledger, const ports::Calendar& calendar,
                             const std::string& time_zone, const ReportPeriod& period,
                             Instant now) {
  std::map<Currency, Count> counts;
  each_claimed(ledger, period, [&](const ports::ClaimedRecovery& row) {
    count(counts[row.stored.recovery.amount.currency], row, calendar, now);
  });
  RevenueReport report;
  report.period = in_words(period, std::nullopt, calendar);
  report.claimed = period;
  report.time_zone = time_zone;
  if (counts.empty()) return report;
  const CivilDate some_day = counts.begin()->second.by_day.begin()->first;
  Span span{some_day, some_day, Unit::day};
  for (const auto& [currency, counted] : counts) {
    span.first = std::min(span.first, counted.by_day.begin()->first);
    span.last = std::max(span.last, counted.by_day.rbegin()->first);
    if (!counted.open_by_days.empty()) report.at = std::chrono::floor<std::chrono::seconds>(now);
  }
  report.period = in_words(period, span, calendar);
  span.unit = unit_of(span.first, span.last);
  report.unit = span.unit;
  for (const auto& [currency, counted] : counts) {
    report.currencies.push_back(finished(currency, counted, span));
  }
  std::stable_sort(report.currencies.begin(), report.currencies.end(),
                   [](const Revenue& left, const Revenue& right) {
                     return left.all.handed_over().count > right.all.handed_over().count;
                   });
  return report;
}

}  // namespace recycled::report
