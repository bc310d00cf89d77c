#include "report/drift.hpp"

#include <doctest/doctest.h>

#include "fake_ledger.hpp"
#include "report/drift_words.hpp"

namespace recycled::report {

namespace {

using billing::News;
using billing::RecoveryState;

const GatewayId gateway("ff");
const Money amount{8096, Currency()};

// With subscriptions in recycle billing to walk over.
class Ledger : public FakeLedger {
 public:
  ports::SubscriptionPage in_recycle_billing(SubscriptionKey after, int looked_at) override {
    ports::SubscriptionPage page;
    for (const auto& row : subscriptions) {
      if (row.key <= after || std::ssize(page.found) == looked_at) continue;
      page.found.push_back(row);
      page.last = row.key;
    }
    return page;
  }

  std::vector<ports::StoredSale> sales_declined(Instant, ports::DueCursor after, int) override {
    return after.key == 0 ? sales : std::vector<ports::StoredSale>();
  }

  ports::StoredRecovery& add(RecoveryState state, const std::string& theirs = "t") {
    ports::StoredRecovery row;
    const auto number = static_cast<std::int64_t>(recoveries.size()) + 1;
    row.key = RecoveryKey(number);
    row.subscription = SubscriptionId("S-" + std::to_string(number));
    row.recovery.order = OrderId("o" + std::to_string(number));
    row.recovery.state = state;
    row.recovery.amount = amount;
    row.recovery.provider_gateway = gateway;
    row.recovery.claimed_at = instant("2026-11-02T00:00:00Z");
    if (!theirs.empty())
      row.recovery.provider_order = ProviderOrderId(theirs + std::to_string(number));
    recoveries.push_back(row);
    return recoveries.back();
  }
};

ports::ListedOrder listed(const std::string& theirs, const std::string& ours, News news) {
  ports::ListedOrder order;
  order.provider_order = ProviderOrderId(theirs);
  order.order = OrderId(ours);
  order.news = news;
  order.word = std::string(billing::to_text(news));
  order.amount = amount;
  return order;
}

std::vector<Drift> kinds(const std::vector<Difference>& differences) {
  std::vector<Drift> found;
  for (const auto& one : differences) found.push_back(one.drift);
  return found;
}

const ProviderComparison::Period november{instant("2026-11-01T00:00:00Z"),
                                          instant("2026-12-01T00:00:00Z")};

}  // namespace

TEST_CASE("drift: every state against every news") {
  using enum Drift;
  constexpr auto none = std::nullopt;
  struct Row {
    RecoveryState here;
    // completed, ended, open, refunded, not_found
    std::optional<Drift> charged, ended, open, refunded, not_found;
  };
  const Row rows[] = {
      {RecoveryState::intended, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::unknown, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::waiting, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::grace, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::withdrawing, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::parked, charged_there, ended_there, none, refunded_there, missing_there},
      {RecoveryState::recovered, none, not_charged_there, not_charged_there, refunded_there,
       missing_there},
      {RecoveryState::failed, charged_there, none, open_there, refunded_there, none},
      {RecoveryState::withdrawn, charged_there, none, open_there, refunded_there, none},
      {RecoveryState::released, charged_there, none, open_there, refunded_there, none},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(billing::to_text(row.here)));
    Ledger ledger;
    const auto& ours = ledger.add(row.here);
    const auto drift = [&ours](News news) -> std::optional<Drift> {
      CAPTURE(std::string(billing::to_text(news)));
      const auto found = kinds(compare(ours, listed("t1", "o1", news)));
      CHECK(found.size() <= 1);
      return found.empty() ? std::nullopt : std::optional(found.front());
    };
    CHECK(drift(News::completed) == row.charged);
    for (const News news : {News::expired, News::cancelled}) CHECK(drift(news) == row.ended);
    for (const News news :
         {News::still_open, News::capture_required, News::challenge, News::problem}) {
      CHECK(drift(news) == row.open);
    }
    for (const News news : {News::refunded, News::charged_back}) CHECK(drift(news) == row.refunded);
    CHECK(drift(News::not_found) == row.not_found);
    CHECK(drift(News::strange) == strange_there);
  }
}

TEST_CASE("drift: a refund that is flagged here is none") {
  Ledger ledger;
  auto& ours = ledger.add(RecoveryState::recovered);
  ours.recovery.refunded = true;
  CHECK(compare(ours, listed("t1", "o1", News::refunded)).empty());
}

TEST_CASE("drift: amount and currency, where the list shows them") {
  Ledger ledger;
  const auto& ours = ledger.add(RecoveryState::recovered);
  auto theirs = listed("t1", "o1", News::completed);
  theirs.amount = Money{8095, Currency()};
  const auto found = compare(ours, theirs);
  REQUIRE(kinds(found) == std::vector{Drift::amount_differs});
  CHECK(found[0].here == "80.96 USD");
  CHECK(found[0].there == "80.95 USD");
  theirs.amount = Money{8096, *Currency::parse("EUR")};
  CHECK(kinds(compare(ours, theirs)) == std::vector{Drift::amount_differs});
  theirs.amount.reset();
  CHECK(compare(ours, theirs).empty());
}

TEST_CASE("drift: orders are matched by our id, else by theirs, else they are not ours") {
  Ledger ledger;
  ledger.add(RecoveryState::recovered);
  ledger.add(RecoveryState::waiting);
  ledger.add(RecoveryState::unknown, "");
  ProviderComparison comparison(gateway);
  comparison.take_page(
      ledger, {listed("t1", "o1", News::completed), listed("t2", "", News::still_open),
               listed("t3", "o3", News::still_open), listed("x", "somebody-elses", News::completed),
               listed("y", "", News::completed)});
  CHECK(comparison.compared() == 3);
  CHECK(comparison.not_ours() == 2);
  CHECK(comparison.differences().empty());
}

TEST_CASE("drift: two orders there for one of ours, unless the other has ended") {
  Ledger ledger;
  ledger.add(RecoveryState::waiting);
  ledger.add(RecoveryState::unknown, "");
  ProviderComparison comparison(gateway);
  comparison.take_page(
      ledger, {listed("t1", "o1", News::still_open), listed("again", "o1", News::cancelled)});
  CHECK(comparison.differences().empty());
  comparison.take_page(ledger,
                       {listed("twice", "o1", News::completed), listed("a", "o2", News::still_open),
                        listed("a", "o2", News::still_open), listed("b", "o2", News::still_open)});
  CHECK(kinds(comparison.differences()) == std::vector{Drift::second_order, Drift::second_order});
  CHECK(comparison.differences()[0].provider_order == ProviderOrderId("twice"));
  CHECK(comparison.differences()[1].provider_order == ProviderOrderId("b"));
}

TEST_CASE("drift: what no page showed is asked about, a few at a time, each once") {
  Ledger ledger;
  for (int n = 1; n <= 5; ++n) ledger.add(RecoveryState::waiting);
  ledger.add(RecoveryState::recovered);
  ledger.add(RecoveryState::unknown, "");  // nobody to ask about
  ledger.add(RecoveryState::released);     // never left
  ledger.add(RecoveryState::waiting).recovery.provider_gateway = GatewayId("other");
  ledger.add(RecoveryState::waiting).recovery.claimed_at = instant("2026-10-31T23:59:59Z");
  ledger.add(RecoveryState::waiting).recovery.claimed_at = instant("2026-12-01T00:00:00Z");
  ProviderComparison comparison(gateway);
  comparison.take_page(ledger, {listed("t2", "", News::still_open)});
  std::vector<std::string> asked;
  for (;;) {
    const auto unseen = comparison.next_unseen(ledger, november, 2);
    if (unseen.empty()) break;
    CHECK(unseen.size() <= 2);
    for (const auto& ours : unseen) asked.push_back(ours.recovery.order.str());
  }
  CHECK(asked == std::vector<std::string>{"o1", "o3", "o4", "o5", "o6"});
  comparison.take_inquiry(ledger.recoveries[5], News::not_found, "HTTP 404");
  CHECK(kinds(comparison.differences()) == std::vector{Drift::missing_there});
  CHECK(comparison.differences()[0].there == "HTTP 404");
}

TEST_CASE("drift: an order with an id that ours would have was lost here") {
  Ledger ledger;
  ports::StoredSubscription subscription;
  subscription.key = SubscriptionKey(1);
  subscription.subscription.id = SubscriptionId("S-1");
  subscription.subscription.cycle = 4;
  ledger.subscriptions = {subscription};
  ports::StoredSale sale;
  sale.key = SaleKey(1);
  sale.sale.id = SaleId("O-1");
  sale.sale.declined.emplace();
  ledger.sales = {sale};
  OrderNames names;
  names.of_cycle = [](const SubscriptionId& id, int cycle, int round) {
    return OrderId(id.str() + "/" + std::to_string(cycle) + "/" + std::to_string(round));
  };
  names.of_sale = [](const SaleId& id, int round) {
    return OrderId(id.str() + "/" + std::to_string(round));
  };
  ProviderComparison comparison(gateway);
  comparison.take_page(
      ledger, {listed("t1", "S-1/4/2", News::completed), listed("t2", "S-1/9/1", News::completed),
               listed("t3", "O-1/1", News::completed)});
  CHECK(comparison.not_ours() == 3);
  comparison.find_lost(ledger, names);
  CHECK(comparison.not_ours() == 1);
  REQUIRE(kinds(comparison.differences()) == std::vector{Drift::lost_here, Drift::lost_here});
  CHECK(comparison.differences()[0].subscription == SubscriptionId("S-1"));
  CHECK(comparison.differences()[1].sale == SaleId("O-1"));
}

TEST_CASE("drift: each has a name and something to do, in text and in JSON") {
  Verification verification;
  verification.from = november.from;
  verification.to = november.to;
  for (int n = 0; n <= static_cast<int>(Drift::lost_here); ++n) {
    const auto drift = static_cast<Drift>(n);
    CHECK_FALSE(to_text(drift).empty());
    CHECK_FALSE(what_to_do(drift).empty());
    Difference difference;
    difference.drift = drift;
    difference.subscription = SubscriptionId("S\x1b[1m");
    difference.here = "waiting";
    verification.differences.push_back(difference);
    CHECK(to_line(difference).starts_with(std::string(to_text(drift)) + "  S?[1m  order "));
  }
  CHECK(to_text(verification).find("10 difference(s)") != std::string::npos);
  CHECK(to_json(verification).find("\"difference\": \"lost_here\"") != std::string::npos);
}

}  // namespace recycled::report
