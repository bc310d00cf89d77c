#include "billing/eligibility.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/ensure.hpp"

namespace recycled::billing {
namespace {

CivilDate day(const char* text) { return parse_date(text).value(); }
const CivilDate last_attempt = day("2026-11-20");

struct Scene {
  Subscription subscription;
  Rules rules;
};

// FlexFactor on 4-6 and 7-9; three re-attempts made at gateway nmi-1; 10 % off from the fourth on.
Scene due_scene() {
  Scene scene;
  scene.rules.gateways = {
      {GatewayId("nmi-1"), {GatewayId("nmi-1"), "nmi", std::nullopt}},
      {GatewayId("ff-early"), {GatewayId("ff-early"), "flexfactor", FlexFactorTerms{}}},
      {GatewayId("ff-late"), {GatewayId("ff-late"), "flexfactor", FlexFactorTerms{}}}};
  RecycleProfile profile;
  profile.id = ProfileId("standard");
  profile.gateways = {GatewayId("nmi-1")};
  profile.reduction_type = ReductionType::percentage;
  profile.gateway_4_6 = GatewayId("ff-early");
  profile.gateway_7_9 = GatewayId("ff-late");
  for (int number = 1; number <= 9; ++number) {
    profile.reattempts[number] = {.number = number, .days = number};
  }
  profile.reattempts.at(4).reduction = 10'00;
  scene.rules.profiles = {profile};
  scene.rules.campaigns = {{CampaignId("spring"), {CampaignId("spring")}}};

  Subscription& subscription = scene.subscription;
  subscription.id = SubscriptionId("s-1");
  subscription.gateway = GatewayId("nmi-1");
  subscription.status = SubscriptionStatus::recycle_billing;
  subscription.price = Money{8995, Currency()};
  subscription.campaign = CampaignId("spring");
  subscription.card.token = "tok-1";
  subscription.declined = Declined{.at = {},
                                   .reattempts_made = 3,
                                   .last_attempt_at = {},
                                   .code = "51",
                                   .message = "Insufficient funds",
                                   .stated = DeclineClass::soft,
                                   .avs_result = {},
                                   .cvv_result = {}};
  return scene;
}

Verdict judge(const Scene& scene) { return assess(scene.subscription, last_attempt, scene.rules); }

RecycleProfile& profile_in(Scene& scene) { return scene.rules.profiles.front(); }
Declined& decline_in(Scene& scene) { return *scene.subscription.declined; }

TEST_CASE("B2: a soft decline whose next re-attempt is FlexFactor's is handed over") {
  const Verdict verdict = judge(due_scene());
  REQUIRE(std::holds_alternative<HandOver>(verdict));
  CHECK(std::get<HandOver>(verdict) == HandOver{.profile = ProfileId("standard"),
                                                .block = Block::reattempts_4_6,
                                                .reattempt = 4,
                                                .provider_gateway = GatewayId("ff-early"),
                                                .return_gateway = GatewayId("nmi-1"),
                                                .amount = Money{8096, Currency()},
                                                .due_on = day("2026-11-24")});
}

TEST_CASE("B1: which re-attempts are handed over, and to whom") {
  for (int made = 0; made <= 12; ++made) {
    CAPTURE(made);
    Scene scene = due_scene();
    decline_in(scene).reattempts_made = made;
    const Verdict verdict = judge(scene);
    const auto* taken = std::get_if<HandOver>(&verdict);
    REQUIRE((taken != nullptr) == (made >= 3 && made <= 8));
    if (taken) {
      CHECK(taken->reattempt == made + 1);
      CHECK(taken->block == (made < 6 ? Block::reattempts_4_6 : Block::reattempts_7_9));
      CHECK(taken->provider_gateway == GatewayId(made < 6 ? "ff-early" : "ff-late"));
      CHECK(taken->due_on == add_days(last_attempt, made + 1));
    } else {
      CHECK(std::get<Refusal>(verdict).reason ==
            (made < 3 ? NotTaken::merchants_turn : NotTaken::schedule_exhausted));
    }
  }
}

TEST_CASE("skipping 1-3 hands over on the day of the decline, at the full price") {
  Scene scene = due_scene();
  for (const int number : {1, 2, 3}) {
    profile_in(scene).reattempts.at(number).skip = true;
    profile_in(scene).reattempts.at(number).reduction = 5'00;
  }
  profile_in(scene).reattempts.at(4) = {.number = 4, .days = 0};
  decline_in(scene).reattempts_made = 0;
  const Verdict verdict = judge(scene);
  REQUIRE(std::holds_alternative<HandOver>(verdict));
  CHECK(std::get<HandOver>(verdict).reattempt == 4);
  CHECK(std::get<HandOver>(verdict).due_on == last_attempt);
  CHECK(std::get<HandOver>(verdict).amount == Money{8995, Currency()});
}

// One way of not being taken: what has to happen to an otherwise due subscription.
struct Case {
  const char* name;
  std::function<void(Scene&)> happens;
  NotTaken reason;
  const char* detail;
};

void check_cases(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    CAPTURE(one.name);
    Scene scene = due_scene();
    one.happens(scene);
    const Verdict verdict = judge(scene);
    REQUIRE(std::holds_alternative<Refusal>(verdict));
    CHECK(to_text(std::get<Refusal>(verdict).reason) == to_text(one.reason));
    CHECK(std::get<Refusal>(verdict).detail == one.detail);
  }
}

Case with_status(SubscriptionStatus status, NotTaken reason, const char* detail) {
  return {to_text(status).data(),
          [status](Scene& scene) {
            scene.subscription.status = status;
            scene.subscription.declined.reset();
          },
          reason, detail};
}

TEST_CASE("B7: a subscription that is not in recycle billing is not taken") {
  check_cases(
      {with_status(SubscriptionStatus::cancelled, NotTaken::cancelled, ""),
       with_status(SubscriptionStatus::paused, NotTaken::paused, ""),
       with_status(SubscriptionStatus::recycle_failed, NotTaken::recycle_failed, ""),
       with_status(SubscriptionStatus::active, NotTaken::not_in_recycle_billing, "active"),
       with_status(SubscriptionStatus::trial, NotTaken::not_in_recycle_billing, "trial"),
       with_status(SubscriptionStatus::complete, NotTaken::not_in_recycle_billing, "complete")});
}

TEST_CASE("B7: its gateway must be known and in a profile, its campaign must not forbid it") {
  check_cases({{"gateway not in the config",
                [](Scene& scene) { scene.subscription.gateway = GatewayId("gone"); },
                NotTaken::unknown_gateway, "gone"},
               {"campaign disabled",
                [](Scene& scene) {
                  scene.rules.campaigns.at(CampaignId("spring")).recycle_billing =
                      RecycleBilling::disabled;
                },
                NotTaken::campaign_disabled, "spring"},
               {"in no profile", [](Scene& scene) { profile_in(scene).gateways.clear(); },
                NotTaken::no_profile, "nmi-1"}});
}

// As after an edit of the config: the row came in when that gateway was the merchant's.
TEST_CASE("S4: a subscription at a FlexFactor gateway is not taken, in a profile or not") {
  check_cases(
      {{"in no profile", [](Scene& scene) { scene.subscription.gateway = GatewayId("ff-late"); },
        NotTaken::declined_at_flexfactor,
        "gateway_id ff-late is a FlexFactor gateway of the config"},
       {"in one",
        [](Scene& scene) {
          scene.subscription.gateway = GatewayId("ff-early");
          profile_in(scene).gateways.emplace_back("ff-early");
        },
        NotTaken::declined_at_flexfactor,
        "gateway_id ff-early is a FlexFactor gateway of the config"}});
}

TEST_CASE("B7: a campaign the config does not name forbids nothing") {
  for (const char* campaign : {"", "unheard-of"}) {
    Scene scene = due_scene();
    scene.subscription.campaign = CampaignId(campaign);
    CHECK(std::holds_alternative<HandOver>(judge(scene)));
  }
}

TEST_CASE("B2: the merchant's own re-attempts and an exhausted schedule are not taken") {
  check_cases(
      {{"merchant's number", [](Scene& scene) { decline_in(scene).reattempts_made = 2; },
        NotTaken::merchants_turn, "re-attempt 3"},
       {"block without a gateway", [](Scene& scene) { profile_in(scene).gateway_4_6.reset(); },
        NotTaken::merchants_turn, "re-attempt 4"},
       {"block on the merchant's gateway",
        [](Scene& scene) { profile_in(scene).gateway_4_6 = GatewayId("nmi-1"); },
        NotTaken::merchants_turn, "re-attempt 4, gateway nmi-1"},
       {"block on a gateway that is gone",
        [](Scene& scene) { profile_in(scene).gateway_4_6 = GatewayId("gone"); },
        NotTaken::merchants_turn, "re-attempt 4, gateway gone"},
       {"all nine made", [](Scene& scene) { decline_in(scene).reattempts_made = 9; },
        NotTaken::schedule_exhausted, "profile standard, re-attempts made: 9"},
       {"the fourth not listed", [](Scene& scene) { profile_in(scene).reattempts.erase(4); },
        NotTaken::schedule_exhausted, "profile standard, re-attempts made: 3"}});
}

TEST_CASE("H1: hard, unclassified and never-send declines are not taken") {
  check_cases({{"hard", [](Scene& scene) { decline_in(scene).stated = DeclineClass::hard; },
                NotTaken::hard_decline, "51 Insufficient funds"},
               {"mapped to hard",
                [](Scene& scene) {
                  scene.rules.decline_rules = {
                      {GatewayKind{"nmi"}, OrderScope::recurring, "FUNDS", DeclineClass::hard}};
                },
                NotTaken::hard_decline, "51 Insufficient funds"},
               {"unclassified, without a message",
                [](Scene& scene) {
                  decline_in(scene).stated.reset();
                  decline_in(scene).message.clear();
                },
                NotTaken::unclassified_decline, "51"},
               {"unclassified, without a code",
                [](Scene& scene) {
                  decline_in(scene).stated.reset();
                  decline_in(scene).code.clear();
                },
                NotTaken::unclassified_decline, "Insufficient funds"},
               {"never sent",
                [](Scene& scene) {
                  scene.rules.never_send_codes = {"41", "51"};
                },
                NotTaken::never_send_code, "51 Insufficient funds"},
               {"no card", [](Scene& scene) { scene.subscription.card.token.clear(); },
                NotTaken::no_card, ""}});
}

TEST_CASE("H2: a hard decline that a mapping makes soft is handed over") {
  Scene scene = due_scene();
  decline_in(scene).stated = DeclineClass::hard;
  scene.rules.decline_rules = {{GatewayId("nmi-1"), OrderScope::all, "", DeclineClass::soft}};
  CHECK(std::holds_alternative<HandOver>(judge(scene)));
}

TEST_CASE("H3: a rule for initial orders says nothing about a rebill") {
  Scene scene = due_scene();
  scene.rules.decline_rules = {{{}, OrderScope::initial, "", DeclineClass::hard}};
  CHECK(std::holds_alternative<HandOver>(judge(scene)));
}

TEST_CASE("of several reasons the first that a person would name is the one reported") {
  // Undone one by one from the front, each leaves the next one standing.
  const std::vector<std::pair<NotTaken, std::function<void(Scene&)>>> repairs{
      {NotTaken::unknown_gateway,
       [](Scene& scene) { scene.subscription.gateway = GatewayId("nmi-1"); }},
      {NotTaken::campaign_disabled, [](Scene& scene) { scene.rules.campaigns.clear(); }},
      {NotTaken::no_profile,
       [](Scene& scene) { profile_in(scene).gateways = {GatewayId("nmi-1")}; }},
      {NotTaken::schedule_exhausted, [](Scene& scene) { decline_in(scene).reattempts_made = 2; }},
      {NotTaken::merchants_turn, [](Scene& scene) { decline_in(scene).reattempts_made = 3; }},
      {NotTaken::never_send_code, [](Scene& scene) { scene.rules.never_send_codes.clear(); }},
      {NotTaken::hard_decline, [](Scene& scene) { decline_in(scene).stated = DeclineClass::soft; }},
      {NotTaken::no_card, [](Scene& scene) { scene.subscription.card.token = "tok-1"; }}};
  Scene scene = due_scene();
  scene.subscription.gateway = GatewayId("gone");
  scene.rules.campaigns.at(CampaignId("spring")).recycle_billing = RecycleBilling::disabled;
  profile_in(scene).gateways.clear();
  decline_in(scene).reattempts_made = 9;
  decline_in(scene).stated = DeclineClass::hard;
  scene.rules.never_send_codes = {"51"};
  scene.subscription.card.token.clear();
  for (const auto& [reason, repair] : repairs) {
    const Verdict verdict = judge(scene);
    REQUIRE(std::holds_alternative<Refusal>(verdict));
    CHECK(to_text(std::get<Refusal>(verdict).reason) == to_text(reason));
    repair(scene);
  }
  CHECK(std::holds_alternative<HandOver>(judge(scene)));
}

TEST_CASE("in recycle billing without a decline is our own mistake") {
  Scene scene = due_scene();
  scene.subscription.declined.reset();
  CHECK_THROWS_AS(judge(scene), Bug);
}

}  // namespace
}  // namespace recycled::billing
