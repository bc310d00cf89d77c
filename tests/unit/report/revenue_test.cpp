// The report's figures from rows made by hand: what counts as what, by whom and when.
#include "report/revenue.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "report/revenue_csv.hpp"
#include "report/revenue_page.hpp"
#include "unit/report/fake_ledger.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryKind;
using billing::RecoveryState;
using Json = nlohmann::json;
using std::chrono::days;
using std::chrono::hours;

const FiveHoursBehind calendar;
const Instant monday = instant("2026-11-02T05:00:00Z");  // its first instant there
const Instant now = instant("2026-12-01T12:00:00Z");

// Claimed on that Monday by a re-attempt 4 of USD 10.00 at the bank, and recovered two days later.
ports::ClaimedRecovery recovered(int key) {
  ports::ClaimedRecovery row;
  row.stored.key = RecoveryKey(key);
  row.stored.subject = SubscriptionKey(key);
  row.stored.subscription = SubscriptionId("S-" + std::to_string(key));
  row.decline_code = "51";
  row.decline_message = "Insufficient funds";
  auto& recovery = row.stored.recovery;
  recovery.order = OrderId("order-" + std::to_string(key));
  recovery.return_gateway = GatewayId("bank");
  recovery.provider_gateway = GatewayId("flexfactor");
  recovery.amount.minor = 1000;
  recovery.state = RecoveryState::recovered;
  recovery.claimed_at = monday;
  recovery.settled_at = monday + days(2);
  return row;
}

class Book {
 public:
  billing::Recovery& add() { return row().stored.recovery; }
  billing::Recovery& add(RecoveryState state) {
    billing::Recovery& recovery = add();
    recovery.state = state;
    return recovery;
  }
  ports::ClaimedRecovery& row() {
    ledger_.claims.push_back(recovered(static_cast<int>(ledger_.claims.size()) + 1));
    return ledger_.claims.back();
  }
  RevenueReport report(const ReportPeriod& period = {}, Instant at = now) {
    return gather_revenue(ledger_, calendar, "America/Lima", period, at);
  }
  Revenue only() {
    const auto report = this->report();
    REQUIRE(report.currencies.size() == 1);
    return report.currencies.front();
  }

 private:
  FakeLedger ledger_;
};

std::string counts(const std::vector<Band>& bands) {
  std::string text;
  for (const Band& band : bands) text += std::to_string(band.sum.count) + " ";
  return text;
}

TEST_CASE("report: recovered is what was charged and stays, and the rate is of what has ended") {
  Book book;
  book.add();
  book.add().late = true;  // late, and kept all the same
  book.add().refunded = true;
  auto& twice = book.add();
  twice.refunded = true;
  twice.charged_back = true;
  book.add().refund_due = true;
  auto& given_back_late = book.add();  // a cascade's that was charged after the "no"
  given_back_late.kind = RecoveryKind::cascade;
  given_back_late.late = given_back_late.refund_due = given_back_late.refunded = true;
  book.add(RecoveryState::failed).amount.minor = 3000;
  book.add(RecoveryState::withdrawn);
  book.add(RecoveryState::released);
  for (const auto state : {RecoveryState::intended, RecoveryState::unknown, RecoveryState::waiting,
                           RecoveryState::grace, RecoveryState::withdrawing}) {
    book.add(state);
  }
  book.add(RecoveryState::parked).refund_due = true;
  const Figures all = book.only().all;
  CHECK(all.of(Outcome::recovered) == Sum{2, 2000});
  CHECK(all.of(Outcome::refunded) == Sum{2, 2000});
  CHECK(all.of(Outcome::charged_back) == Sum{1, 1000});
  CHECK(all.of(Outcome::refund_due) == Sum{1, 1000});
  CHECK(all.of(Outcome::failed) == Sum{2, 4000});
  CHECK(all.of(Outcome::open) == Sum{6, 6000});
  CHECK(all.of(Outcome::never_sent) == Sum{1, 1000});
  CHECK(all.given_back() == Sum{4, 4000});
  CHECK(all.ended() == Sum{8, 10000});
  CHECK(all.handed_over() == Sum{14, 16000});
  CHECK(all.rate() == 250);
  CHECK(all.rate_by_amount() == 200);
}

TEST_CASE("report: a rate is rounded to a thousandth, and there is none of nothing") {
  const auto rate = [](std::int64_t recovered, std::int64_t failed) {
    Figures figures;
    figures.add(Outcome::recovered, {recovered, recovered});
    figures.add(Outcome::failed, {failed, failed});
    return rate_in_words(figures.rate());
  };
  CHECK(rate(0, 0) == "-");
  CHECK(rate(0, 7) == "0.0 %");
  CHECK(rate(1, 2) == "33.3 %");
  CHECK(rate(2, 1) == "66.7 %");
  CHECK(rate(1, 1999) == "0.1 %");
  CHECK(rate(7, 0) == "100.0 %");
  CHECK(rate(INT64_MAX / 4, INT64_MAX / 4) == "50.0 %");
}

TEST_CASE("report: by block, original gateway and decline code, most recovered first") {
  Book book;
  book.add().reattempt = 6;
  auto& late_block = book.row();
  late_block.stored.recovery.reattempt = 7;
  late_block.stored.recovery.return_gateway = GatewayId("other");
  late_block.stored.recovery.amount.minor = 5000;
  late_block.decline_code = "05";
  late_block.decline_message = "";
  auto& rerun = book.add(RecoveryState::failed);
  rerun.kind = RecoveryKind::rerun;
  rerun.reattempt = 0;
  auto& cascade = book.row();
  cascade.stored.recovery.kind = RecoveryKind::cascade;
  cascade.decline_message = "No funds";
  book.add();
  const Revenue revenue = book.only();
  const auto words = [](const std::vector<Row>& rows) {
    std::string text;
    for (const Row& row : rows) {
      text += row.label + ": " + std::to_string(row.figures.of(Outcome::recovered).minor) + " of " +
              std::to_string(row.figures.handed_over().count) + "; ";
    }
    return text;
  };
  CHECK(words(revenue.by_way) ==
        "re-attempts 4-6: 2000 of 2; re-attempts 7-9: 5000 of 1; reruns: 0 of 1; "
        "cascades: 1000 of 1; ");
  CHECK(words(revenue.by_gateway) == "other: 5000 of 1; bank: 3000 of 4; ");
  CHECK(words(revenue.by_decline_code) == "05: 5000 of 1; 51 Insufficient funds: 3000 of 4; ");
}

TEST_CASE(
    "report: days to recover are full days, cascades apart, and the median is of those days") {
  Book book;
  for (const auto took : {hours(0), hours(23), hours(24), hours(24 * 3), hours(24 * 8 - 1),
                          hours(24 * 21), hours(24 * 22)}) {
    book.add().settled_at = monday + took;
  }
  book.add().kind = RecoveryKind::cascade;
  book.add(RecoveryState::failed).settled_at = monday + days(1);
  const DaysToRecover taken = book.only().days;
  CHECK(counts(taken.bands) == "1 2 1 1 1 0 1 1 ");
  CHECK(taken.median == 3);
  Book even;
  even.add().settled_at = monday + days(2);
  even.add().settled_at = monday + days(9);
  CHECK(even.only().days.median == 2);
  Book none;
  none.add(RecoveryState::failed);
  CHECK_FALSE(none.only().days.median.has_value());
}

TEST_CASE("report: open ones by their age at an instant that it names only if there are any") {
  Book book;
  book.add();
  CHECK_FALSE(book.report().at.has_value());
  for (const auto age : {days(0), days(1), days(6), days(7), days(20), days(21), days(90)}) {
    book.add(RecoveryState::waiting).claimed_at = now - age;
  }
  CHECK(book.report().at == now);
  CHECK(counts(book.only().open_by_age) == "1 2 1 1 2 ");
}

TEST_CASE("report: over time by civil days of the account, then weeks from Monday, then months") {
  const auto stretches = [](int last_day) {
    Book book;
    book.add().claimed_at = monday;
    book.add().claimed_at = monday - Millis(1);  // Sunday there, though Monday in UTC
    book.add().claimed_at = monday + days(last_day);
    const auto report = book.report();
    const auto& all = report.currencies.front().over_time;
    std::int64_t count = 0;
    for (const Stretch& stretch : all) count += stretch.figures.handed_over().count;
    CHECK(count == 3);
    return std::string(to_text(report.unit)) + " " + to_iso8601(all.front().first) + " " +
           std::to_string(all.front().figures.handed_over().count) + " " +
           to_iso8601(all.back().first) + " " + std::to_string(all.size());
  };
  CHECK(stretches(2) == "day 2026-11-01 1 2026-11-04 4");
  CHECK(stretches(43) == "day 2026-11-01 1 2026-12-15 45");
  CHECK(stretches(44) == "week 2026-10-26 1 2026-12-14 8");
  CHECK(stretches(181) == "month 2026-11-01 2 2027-05-01 7");
}

TEST_CASE("report: currencies apart, most hand-overs first, over the same days") {
  Book book;
  book.add().amount = Money{500, *Currency::parse("JPY")};
  book.add().claimed_at = monday + days(3);
  book.add();
  const auto report = book.report();
  REQUIRE(report.currencies.size() == 2);
  CHECK(report.currencies[0].currency.code() == "USD");
  CHECK(report.currencies[1].all.of(Outcome::recovered) == Sum{1, 500});
  CHECK(report.currencies[0].over_time.size() == 4);
  CHECK(report.currencies[1].over_time.size() == 4);
}

TEST_CASE("report: a period holds its first instant and not its end, and is said in civil days") {
  Book book;
  book.add().claimed_at = monday - Millis(1);
  book.add().claimed_at = monday;
  book.add().claimed_at = monday + days(1) - Millis(1);
  book.add().claimed_at = monday + days(1);
  const auto report = book.report({monday, monday + days(1)});
  CHECK(report.currencies.front().all.handed_over().count == 2);
  CHECK(report.period == "2026-11-02 to 2026-11-02");
  CHECK(book.report({monday + hours(1), {}}).period == "from 2026-11-02T06:00:00Z");
  CHECK(book.report({{}, monday}).period == "until 2026-11-01");
  const auto none = book.report({now, {}});
  CHECK(none.currencies.empty());
  CHECK(to_text(none).find("nothing was handed over") != std::string::npos);
  CHECK(to_html(none).find("Nothing was handed over.") != std::string::npos);
  CHECK(Json::parse(to_json(none))["currencies"].empty());
}

TEST_CASE("report: more rows than a page of the ledger, and the same bytes each time") {
  Book book;
  for (int i = 0; i < 1203; ++i) book.add();
  CHECK(book.only().all.of(Outcome::recovered) == Sum{1203, 1203000});
  const auto later = book.report({}, now + days(9));
  CHECK(to_html(book.report()) == to_html(later));
  CHECK(to_json(book.report()) == to_json(later));
  CHECK(to_text(book.report()) == to_text(later));
}

TEST_CASE("report: JSON has the figures as decimal strings, and null where there are none") {
  Book book;
  book.add();
  book.add(RecoveryState::failed).amount.minor = 3005;
  book.add(RecoveryState::waiting).amount = Money{700, *Currency::parse("JPY")};
  const Json json = Json::parse(to_json(book.report({monday, {}})));
  CHECK(json["from"] == "2026-11-02T05:00:00Z");
  CHECK(json["to"].is_null());
  CHECK(json["open_at"] == "2026-12-01T12:00:00Z");
  const Json& usd = json["currencies"][0];
  CHECK(usd["all"]["recovered"] == Json{{"count", 1}, {"amount", "10.00"}});
  CHECK(usd["all"]["ended"]["amount"] == "40.05");
  CHECK(usd["all"]["rate_percent"] == "50.0");
  CHECK(usd["all"]["rate_by_amount_percent"] == "25.0");
  CHECK(usd["by_block"][0]["block"] == "4-6");
  CHECK(usd["by_decline_code"][0]["label"] == "51 Insufficient funds");
  CHECK(usd["median_days_to_recover"] == 2);
  const Json& jpy = json["currencies"][1];
  CHECK(jpy["all"]["open"]["amount"] == "700");
  CHECK(jpy["all"]["rate_percent"].is_null());
  CHECK(jpy["median_days_to_recover"].is_null());
}

TEST_CASE("report: the text aligns its figures and lets no message command the terminal") {
  Book book;
  book.row().decline_message = "Nein\x1b[2J\nrecovered 99";
  const std::string text = to_text(book.report());
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("51 Nein?[2J?recovered 99") != std::string::npos);
  CHECK(text.find("  recovered    1  10.00\n") != std::string::npos);
  CHECK(text.find("recovery rate 100.0 % of the 1 that have ended") != std::string::npos);
}

TEST_CASE("report: a CSV field is quoted where it has to be, and is no formula") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("").empty());
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"no\"") == "\"say \"\"no\"\"\"");
  CHECK(csv_field("two\r\nlines") == "\"two\r\nlines\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"}) {
    CHECK(csv_field(formula) == std::string("'") + formula);
  }
  CHECK(csv_field("=HYPERLINK(\"x\",\"y\")") == "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
  CHECK(csv_field("\rx") == "\"'\rx\"");
  CHECK(csv_field("a=b") == "a=b");
}

TEST_CASE("report: CSV has a row for a recovery, with as many fields as its header") {
  auto row = recovered(7);
  row.decline_message = "=cmd";
  row.stored.recovery.refunded = true;
  CHECK(csv_head().ends_with("late\r\n"));
  CHECK(csv_row(row) ==
        "order-7,re-attempts 4-6,S-7,,1,4,bank,flexfactor,51,'=cmd,10.00,USD,refunded,recovered,"
        "none,2026-11-02T05:00:00Z,2026-11-04T05:00:00Z,yes,no,no,no\r\n");
  row.stored.recovery.kind = RecoveryKind::rerun;
  row.stored.recovery.settled_at.reset();
  const std::string line = csv_row(row);
  CHECK(line.find(",,,bank,") != std::string::npos);
  const std::string head = csv_head();
  CHECK(std::count(line.begin(), line.end(), ',') == std::count(head.begin(), head.end(), ','));
}

TEST_CASE("report: whatever a stranger wrote is text of the page, which names no address") {
  Book book;
  auto& row = book.row();
  row.decline_code = "\"><script>alert(1)</script>";
  row.decline_message = "a & b <img src=x onerror='x'>";
  row.stored.recovery.return_gateway = GatewayId("<b>");
  const std::string page = to_html(book.report());
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; a &amp; b &lt;img src=x "
                  "onerror=&#39;x&#39;&gt;") != std::string::npos);
  CHECK(page.find("://") == std::string::npos);
  CHECK(page.find(" src=\"") == std::string::npos);
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("Permission is hereby granted") != std::string::npos);  // Chart.js's licence
}

TEST_CASE("report: the page groups thousands, and keeps the plain figure beside it") {
  Book book;
  book.add().amount.minor = 123456789;
  const std::string page = to_html(book.report());
  CHECK(page.find("value=\"1234567.89\">1,234,567.89 USD</data>") != std::string::npos);
  CHECK(page.find("<td data-value=\"1234567.89\">1,234,567.89</td>") != std::string::npos);
}

}  // namespace
}  // namespace recycled::report
