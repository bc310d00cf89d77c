// What nobody documents: a client that is told how FlexFactor does it understands one that does it
// so, and one that is told otherwise never takes a wrong answer for a right one.
#include <doctest/doctest.h>

#include "stages.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::contract;

namespace {

constexpr Millis moment = std::chrono::seconds(3);
constexpr Millis three_weeks = std::chrono::hours(24 * 21 + 1);

Conversation talk_with(const Quirks& quirks, const Dialect& dialect) {
  Situation situation;
  situation.behaviour.signing_key = crypto::Secret("signing key");
  situation.behaviour.quirks = quirks;
  return Conversation(simulated, situation, dialect);
}

}  // namespace

TEST_CASE("dialect: an order is asked about in either way") {
  Quirks quirks;
  Dialect dialect;
  quirks.polls = Polls::outcome;
  {
    auto talk = talk_with(quirks, dialect);
    CHECK(talk.hand_over("approve") == "pending");
    CHECK(talk.inquire() == "not_found");  // the wrong guess: told as what it looks like
  }
  dialect.inquiry = InquiryBy::outcome;
  auto talk = talk_with(quirks, dialect);
  CHECK(talk.inquire() == "not_found");
  CHECK(talk.hand_over("approve") == "pending");
  CHECK(talk.inquire() == "still_open");
  talk.pass(moment);
  CHECK(talk.inquire() == "completed");
  auto other = talk_with(quirks, dialect);
  CHECK(other.hand_over("expire") == "pending");
  other.pass(three_weeks);
  CHECK(other.inquire() == "expired");
}

TEST_CASE("dialect: how an expired order shows") {
  const auto shown = [](const Quirks& quirks, const Dialect& dialect) {
    auto talk = talk_with(quirks, dialect);
    CHECK(talk.hand_over("expire") == "pending");
    talk.pass(three_weeks);
    return talk.inquire();
  };
  Quirks quirks;
  quirks.expired_word = "LAPSED";
  CHECK(shown(quirks, {}) == "strange");
  Dialect dialect;
  dialect.expired_word = "Lapsed";
  CHECK(shown(quirks, dialect) == "expired");
  quirks.expired_shows = ExpiredShows::cancelled;
  CHECK(shown(quirks, dialect) == "cancelled");
  quirks.expired_shows = ExpiredShows::open;
  CHECK(shown(quirks, dialect) == "still_open");
}

TEST_CASE("dialect: the code of an order FlexFactor does not know") {
  Quirks quirks;
  quirks.unknown_order_code = 400;
  CHECK(talk_with(quirks, {}).inquire() == "no answer");
  Dialect dialect;
  dialect.unknown_order_code = 400;
  CHECK(talk_with(quirks, dialect).inquire() == "not_found");
  quirks.unknown_order_code = 404;
  CHECK(talk_with(quirks, dialect).inquire() == "no answer");
}

TEST_CASE("dialect: a conflict under our own key") {
  Quirks quirks;
  quirks.repeats = Repeats::conflict;
  const auto repeated = [&quirks](const Dialect& dialect) {
    auto talk = talk_with(quirks, dialect);
    CHECK(talk.hand_over("pending") == "pending");
    return talk.hand_over("pending");
  };
  CHECK(repeated({}) == "unknown");
  Dialect dialect;
  dialect.repeat_conflict = RepeatConflict::refused;
  CHECK(repeated(dialect) == "refused: refused");
}

TEST_CASE("dialect: the list's first page and the unit of its amounts") {
  Quirks quirks;
  quirks.first_page = 0;
  quirks.order_amounts = AmountUnit::major;
  quirks.largest_page = 1;
  Dialect dialect;
  dialect.first_page = 0;
  dialect.order_amounts = AmountUnit::major;
  auto talk = talk_with(quirks, dialect);
  talk.evaluate("pending", "order-1");
  talk.evaluate("pending", "order-2");
  for (int page = 1; page <= 2; ++page) {
    const auto listed = talk.list(page);
    REQUIRE(listed.orders);
    REQUIRE(listed.orders->size() == 1);
    CHECK(listed.orders->front().order == OrderId("order-" + std::to_string(page)));
    CHECK(listed.orders->front().amount == Money{8995, Currency()});
  }
  CHECK(talk.list(3).orders->empty());
  // Told otherwise, no amount is better than a wrong one.
  quirks.first_page = 1;
  auto other = talk_with(quirks, {});
  other.evaluate("pending");
  const auto listed = other.list();
  REQUIRE(listed.orders);
  REQUIRE(listed.orders->size() == 1);
  CHECK_FALSE(listed.orders->front().amount);
}

TEST_CASE("dialect: the bodies of errors change no meaning") {
  for (const auto form : {ErrorBody::none, ErrorBody::json, ErrorBody::problem, ErrorBody::html}) {
    Situation situation;
    situation.behaviour.signing_key = crypto::Secret("signing key");
    situation.behaviour.quirks.error_body = form;
    const auto meant = [&situation](SimulatedFault fault) {
      situation.fault = fault;
      return Conversation(simulated, situation).hand_over("approve");
    };
    CHECK(meant(SimulatedFault::error_429) == "not_sent");
    CHECK(meant(SimulatedFault::error_5xx) == "unknown");
    CHECK(meant(SimulatedFault::token_expired) == "not_sent");
    situation.fault.reset();
    CHECK(Conversation(simulated, situation).inquire() == "not_found");
    CHECK(Conversation(simulated, situation).cancel_external() == "not_found");
  }
}
