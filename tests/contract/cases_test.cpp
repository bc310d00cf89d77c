// The cases of the contract, each played on three stages: against the simulated FlexFactor, against
// it over HTTP, and against recorded replies. What passes on one and fails on another is a
// misreading of the contract on one side.
#include <doctest/doctest.h>

#include "recordings.hpp"
#include "stages.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::contract;

namespace {

constexpr Millis moment = std::chrono::seconds(3);
constexpr Millis three_weeks = std::chrono::hours(24 * 21 + 1);

Behaviour managed_account() {
  Behaviour behaviour;
  behaviour.signing_key = crypto::Secret("signing key");
  return behaviour;
}

Behaviour sync_account() {
  Behaviour behaviour = managed_account();
  behaviour.mode = billing::MitMode::sync;
  return behaviour;
}

void on_every_stage(const Situation& situation, void (*play)(Conversation&)) {
  struct Named {
    const char* name;
    MakeStage make;
  };
  for (const Named stage : {Named{"simulated", simulated}, Named{"over HTTP", over_http},
                            Named{"recorded", recorded}}) {
    CAPTURE(stage.name);
    Conversation conversation(stage.make, situation);
    play(conversation);
  }
}

}  // namespace

TEST_CASE("contract: taken over, asked about, charged, and then too late to cancel") {
  const Situation situation{
      managed_account(),
      {},
      {evaluated("SUBMITTED"), inquired(4, "PROCESSING"), inquired(7, "COMPLETED"),
       recorded_reply("POST orders/{id}/cancel", 400, bare_errors)}};
  on_every_stage(situation, [](Conversation& talk) {
    CHECK(talk.hand_over("approve") == "pending");
    REQUIRE(talk.provider_order);
    CHECK(talk.inquire() == "still_open");
    talk.pass(moment);
    CHECK(talk.inquire() == "completed");
    CHECK(talk.cancel() == "refused");
  });
}

TEST_CASE("contract: a sync account answers at once") {
  on_every_stage({sync_account(), {}, {evaluated("APPROVED"), inquired(7, "completed")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("approve") == "approved");
                   CHECK(talk.inquire() == "completed");
                 });
}

TEST_CASE("contract: a decline comes under a 200") {
  on_every_stage({managed_account(), {}, {evaluated("DECLINED"), inquired(2, "CANCELLED")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("decline") == "declined: declined");
                   CHECK(talk.inquire() == "cancelled");
                 });
}

TEST_CASE("contract: a challenge and an authorisation alone are for a person") {
  SUBCASE("challenge") {
    on_every_stage({managed_account(), {}, {evaluated("CHALLENGE"), inquired(1, "ONHOLD")}},
                   [](Conversation& talk) {
                     CHECK(talk.hand_over("challenge") == "refused: challenge");
                     CHECK(talk.inquire() == "still_open");
                   });
  }
  SUBCASE("capture") {
    on_every_stage(
        {managed_account(), {}, {evaluated("CAPTUREREQUIRED"), inquired(5, "CAPTUREREQUIRED")}},
        [](Conversation& talk) {
          CHECK(talk.hand_over("capture") == "refused: capture_required");
          CHECK(talk.inquire() == "capture_required");
        });
  }
}

TEST_CASE("contract: both forms of a 400 are a refusal, with a message and a trace") {
  for (const auto& body : {bare_errors, wrapped_errors}) {
    on_every_stage({managed_account(), {}, {recorded_reply("POST evaluate", 400, body)}},
                   [](Conversation& talk) {
                     CHECK(talk.hand_over("refuse") == "refused: refused");
                     CHECK(talk.trace.starts_with("00-"));
                     CHECK_FALSE(talk.provider_order);
                   });
  }
}

TEST_CASE("contract: an order ends at its expiry, long after the token") {
  on_every_stage({managed_account(), {}, {evaluated("SUBMITTED"), inquired(2, "EXPIRED")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("expire") == "pending");
                   talk.pass(three_weeks);
                   CHECK(talk.inquire() == "expired");
                 });
}

TEST_CASE("contract: a cancel ends an open order and may be repeated") {
  on_every_stage({managed_account(),
                  {},
                  {evaluated("SUBMITTED"), recorded_reply("POST orders/{id}/cancel", 200, "{}"),
                   recorded_reply("POST orders/{id}/cancel", 200, ""), inquired(2, "CANCELLED")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("pending") == "pending");
                   CHECK(talk.cancel() == "accepted");
                   CHECK(talk.cancel() == "accepted");
                   CHECK(talk.inquire() == "cancelled");
                 });
}

TEST_CASE("contract: without FlexFactor's id an order is withdrawn by ours") {
  on_every_stage({managed_account(),
                  SimulatedFault::reset_after_read,
                  {evaluate_lost(), recorded_reply("POST orders/{id}/external-cancel", 200, "{}")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("pending") == "unknown");
                   CHECK_FALSE(talk.provider_order);
                   talk.mend();
                   CHECK(talk.cancel_external() == "accepted");
                   CHECK(talk.cancel_external("never-handed-over") == "not_found");
                 });
}

TEST_CASE("L4: what became unknown is answered under its key, with the same bytes") {
  for (const auto fault : {SimulatedFault::reset_after_read, SimulatedFault::error_5xx_after}) {
    on_every_stage({managed_account(),
                    fault,
                    {evaluate_lost(), evaluated("SUBMITTED"), inquired(7, "COMPLETED")}},
                   [](Conversation& talk) {
                     CHECK(talk.hand_over("approve") == "unknown");
                     talk.mend();
                     CHECK(talk.hand_over("approve") == "pending");
                     talk.pass(moment);
                     CHECK(talk.inquire() == "completed");
                     if (const auto page = talk.list(); page.orders) {
                       CHECK(page.orders->size() == 1);
                     }
                   });
  }
}

TEST_CASE("contract: 429 and 401 are certain not to have been taken in, 5xx is not") {
  const http::Headers wait = {{"Retry-After", "3"}};
  SUBCASE("429") {
    on_every_stage({managed_account(),
                    SimulatedFault::error_429,
                    {recorded_reply("POST evaluate", 429, "", wait)}},
                   [](Conversation& talk) {
                     const auto reply = talk.evaluate("approve");
                     REQUIRE(in_words(reply.outcome) == "not_sent");
                     CHECK(std::get<billing::outcome::NotSent>(reply.outcome).retry_after);
                   });
  }
  SUBCASE("401, under a second token too") {
    on_every_stage(
        {managed_account(),
         SimulatedFault::token_expired,
         {recorded_reply("POST evaluate", 401, ""), recorded_reply("POST evaluate", 401, "")}},
        [](Conversation& talk) { CHECK(talk.hand_over("approve") == "not_sent"); });
  }
  SUBCASE("5xx") {
    on_every_stage({managed_account(),
                    SimulatedFault::error_5xx,
                    {recorded_reply("POST evaluate", 503, "<html>")}},
                   [](Conversation& talk) {
                     CHECK(talk.hand_over("approve") == "unknown");
                     CHECK(talk.inquire() != "completed");
                   });
  }
}

TEST_CASE("contract: a refund shows in the next inquiry") {
  on_every_stage({managed_account(),
                  {},
                  {evaluated("SUBMITTED"), inquired(7, "COMPLETED"), inquired(6, "RETURNED")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("approve") == "pending");
                   talk.pass(moment);
                   CHECK(talk.inquire() == "completed");
                   talk.refund();
                   CHECK(talk.inquire() == "refunded");
                 });
}

TEST_CASE("contract: the list has every order once, and ends") {
  on_every_stage({managed_account(),
                  {},
                  {evaluated("SUBMITTED"),
                   recorded_reply("GET orders", 200, "[" + order_shown(4, "PROCESSING") + "]"),
                   recorded_reply("GET orders", 200, "[]")}},
                 [](Conversation& talk) {
                   CHECK(talk.hand_over("pending") == "pending");
                   const auto page = talk.list(1);
                   REQUIRE(page.orders);
                   REQUIRE(page.orders->size() == 1);
                   CHECK(page.orders->front().provider_order == *talk.provider_order);
                   CHECK(page.orders->front().news == billing::News::still_open);
                   REQUIRE(talk.list(2).orders);
                 });
}

TEST_CASE("contract: an order nobody handed over is not found") {
  on_every_stage({managed_account(), {}, {}}, [](Conversation& talk) {
    CHECK(talk.inquire() == "not_found");
    CHECK(talk.cancel() == "not_found");
  });
}
