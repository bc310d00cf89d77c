// report: what FlexFactor has brought in, of the hand-overs claimed in a period. Counting is pure:
// the same period of the same ledger gives the same figures. Source: operations.md "report".
//
// A recovery counts by the day of its claim, whenever it ended, so that a rate is of those alone
// that were handed over then. Recovered is what was charged and stays; what went back or has to go
// back is none of it. The rate is of those that have ended.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"
#include "billing/recovery.hpp"
#include "ports/calendar.hpp"
#include "ports/ledger.hpp"
#include "report/words.hpp"

namespace recycled::report {

// What a recovery counts as. The words of to_text are an interface.
enum class Outcome {
  recovered,     // charged, and stays
  refunded,      // charged, and given back
  charged_back,  // charged, and taken back; that of a refunded one went back once
  refund_due,    // charged although it was not to be any more, and not given back yet
  failed,        // not charged
  open,          // no one knows yet, or a person has to say
  never_sent,    // never left this machine: not handed over, and in no rate
};
inline constexpr std::size_t outcomes = 7;
std::string_view to_text(Outcome outcome);
Outcome outcome_of(const billing::Recovery& recovery);

// The way that it came in: the block of its re-attempt, or how a new sale was handed over.
enum class Way { reattempts_4_6, reattempts_7_9, rerun, cascade };
std::string_view to_text(Way way);
Way way_of(const billing::Recovery& recovery);

struct Sum {
  std::int64_t count = 0;
  std::int64_t minor = 0;

  Sum& operator+=(const Sum& more);
  bool operator==(const Sum&) const = default;
};

class Figures {
 public:
  void add(Outcome outcome, const Sum& sum);
  Figures& operator+=(const Figures& more);

  Sum of(Outcome outcome) const { return sums_[static_cast<std::size_t>(outcome)]; }
  Sum given_back() const;   // refunded, charged back or due to be
  Sum ended() const;        // recovered, given back or failed
  Sum handed_over() const;  // ended or open
  // Of those that have ended, in thousandths, rounded; nothing when none has.
  std::optional<int> rate() const;
  std::optional<int> rate_by_amount() const;

  bool operator==(const Figures&) const = default;

 private:
  std::array<Sum, outcomes> sums_{};
};

// The figures of one gateway, decline code or the like.
struct Row {
  std::string key;
  std::string label;  // for people: a code with the message that most often came with it
  Figures figures;
};

struct Band {
  std::string label;
  Sum sum;
};

// Of those recovered, full days from the claim to the result. A cascade is answered at once, and in
// no median.
struct DaysToRecover {
  std::vector<Band> bands;
  std::optional<int> median;  // of an even number the smaller one
};

enum class Unit { day, week, month };
std::string_view to_text(Unit unit);

struct Stretch {
  CivilDate first;  // its first day; a week's is a Monday
  Figures figures;
};

// One currency's part. Amounts of two currencies are never added.
struct Revenue {
  Currency currency;
  Figures all;
  std::vector<Row> by_way;           // in the order of the set
  std::vector<Row> by_gateway;       // the original one; most recovered first
  std::vector<Row> by_decline_code;  // likewise
  DaysToRecover days;
  std::vector<Stretch> over_time;  // without gaps, the same for each currency
  std::vector<Band> open_by_age;
};

// Nothing: ever, as far as the ledger goes.
struct ReportPeriod {
  std::optional<Instant> from;
  std::optional<Instant> to;
};

struct RevenueReport {
  std::string period;  // "2026-11-01 to 2026-11-30", in civil days where it is made of such
  ReportPeriod claimed;
  std::string time_zone;
  std::optional<Instant> at;  // when the open ones were as old as said; nothing when none is open
  Unit unit = Unit::day;
  std::vector<Revenue> currencies;  // most hand-overs first
};

// The words that a person reads; the page and the terminal say the same.
std::string_view title(Outcome outcome);
std::string_view title(Way way);
std::string rate_in_words(const std::optional<int>& per_mille);  // "61.2 %", "-"

void each_claimed(ports::LedgerReader& ledger, const ReportPeriod& period,
                  const std::function<void(const ports::ClaimedRecovery&)>& visit);

RevenueReport gather_revenue(ports::LedgerReader& ledger, const ports::Calendar& calendar,
                             const std::string& time_zone, const ReportPeriod& period, Instant now);

std::string to_text(const RevenueReport& report);
std::string to_json(const RevenueReport& report);

}  // namespace recycled::report
