#include "billing/decline_map.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace recycled::billing {
namespace {

using Scope = decltype(DeclineRule::scope);

const Scope any_gateway;
const Scope one_kind = GatewayKind{"nmi"};
const Scope one_gateway = GatewayId("nmi-1");

DeclineRule rule(const Scope& scope, OrderScope order, std::string message, DeclineClass maps_to) {
  return {scope, order, std::move(message), maps_to};
}

// A recurring decline "Do Not Honor" at gateway nmi-1 of kind nmi.
std::optional<DeclineClass> classed(const std::vector<DeclineRule>& rules,
                                    std::optional<DeclineClass> stated = std::nullopt,
                                    OrderType order = OrderType::recurring,
                                    std::string_view message = "Do Not Honor") {
  const GatewayId gateway("nmi-1");
  return classify(rules, DeclineFacts{gateway, "nmi", order, message, stated});
}

TEST_CASE("H3: without a rule a decline keeps the class it came with, or has none") {
  CHECK(classed({}, DeclineClass::soft) == DeclineClass::soft);
  CHECK(classed({}, DeclineClass::hard) == DeclineClass::hard);
  CHECK_FALSE(classed({}));
}

TEST_CASE("H2: a mapping turns a named hard decline into a soft one, and the other way round") {
  const auto soft = rule(any_gateway, OrderScope::all, "honor", DeclineClass::soft);
  const auto hard = rule(any_gateway, OrderScope::all, "honor", DeclineClass::hard);
  CHECK(classed({soft}, DeclineClass::hard) == DeclineClass::soft);
  CHECK(classed({hard}, DeclineClass::soft) == DeclineClass::hard);
  CHECK(classed({soft}) == DeclineClass::soft);
}

TEST_CASE("H3: a rule holds for its gateways, its order type and its text alone") {
  struct Row {
    const char* name;
    DeclineRule rule;
    bool holds;
  };
  const auto row = [](const char* name, const Scope& scope, OrderScope order, const char* message,
                      bool holds) {
    return Row{name, rule(scope, order, message, DeclineClass::soft), holds};
  };
  const std::vector<Row> rows{
      row("everything", any_gateway, OrderScope::all, "", true),
      row("its gateway", one_gateway, OrderScope::all, "", true),
      row("another gateway", GatewayId("nmi-2"), OrderScope::all, "", false),
      row("its kind", one_kind, OrderScope::all, "", true),
      row("another kind", GatewayKind{"stripe"}, OrderScope::all, "", false),
      row("a kind named like the gateway", GatewayKind{"nmi-1"}, OrderScope::all, "", false),
      row("its order type", any_gateway, OrderScope::recurring, "", true),
      row("another order type", any_gateway, OrderScope::initial, "", false),
      row("part of the text", any_gateway, OrderScope::all, "not", true),
      row("case ignored", any_gateway, OrderScope::all, "dO nOT hONOR", true),
      row("at the end", any_gateway, OrderScope::all, "HONOR", true),
      row("text too long", any_gateway, OrderScope::all, "Do Not Honor!", false),
      row("other text", any_gateway, OrderScope::all, "insufficient", false)};
  for (const Row& one : rows) {
    CAPTURE(one.name);
    CHECK(classed({one.rule}).has_value() == one.holds);
  }
}

TEST_CASE("H3: an initial decline is judged by rules for initial orders and for all") {
  const auto initial = rule(any_gateway, OrderScope::initial, "", DeclineClass::soft);
  const auto recurring = rule(any_gateway, OrderScope::recurring, "", DeclineClass::hard);
  CHECK(classed({initial, recurring}, {}, OrderType::initial) == DeclineClass::soft);
  CHECK(classed({initial, recurring}, {}, OrderType::recurring) == DeclineClass::hard);
}

TEST_CASE("H3: only a rule without text holds for a decline without a message") {
  CHECK(classed({rule(any_gateway, OrderScope::all, "", DeclineClass::soft)}, {},
                OrderType::recurring, "") == DeclineClass::soft);
  CHECK_FALSE(classed({rule(any_gateway, OrderScope::all, "x", DeclineClass::soft)}, {},
                      OrderType::recurring, ""));
}

TEST_CASE("H3: of two rules the more specific one holds, whichever is listed first") {
  // From weak to strong: every rule loses to every later one.
  const auto all = OrderScope::all;
  const auto ours = OrderScope::recurring;
  struct Shape {
    Scope scope;
    OrderScope order;
    const char* message;
  };
  const std::vector<Shape> ladder{
      {any_gateway, all, ""},  {any_gateway, all, "not"},  {any_gateway, all, "not honor"},
      {any_gateway, ours, ""}, {any_gateway, ours, "not"}, {any_gateway, ours, "not honor"},
      {one_kind, all, ""},     {one_kind, all, "not"},     {one_kind, all, "not honor"},
      {one_kind, ours, ""},    {one_kind, ours, "not"},    {one_kind, ours, "not honor"},
      {one_gateway, all, ""},  {one_gateway, all, "not"},  {one_gateway, all, "not honor"},
      {one_gateway, ours, ""}, {one_gateway, ours, "not"}, {one_gateway, ours, "not honor"}};
  for (std::size_t weak = 0; weak < ladder.size(); ++weak) {
    for (std::size_t strong = weak + 1; strong < ladder.size(); ++strong) {
      CAPTURE(weak);
      CAPTURE(strong);
      const auto& w = ladder[weak];
      const auto& s = ladder[strong];
      const auto loses = rule(w.scope, w.order, w.message, DeclineClass::hard);
      const auto wins = rule(s.scope, s.order, s.message, DeclineClass::soft);
      CHECK(classed({loses, wins}) == DeclineClass::soft);
      CHECK(classed({wins, loses}) == DeclineClass::soft);
    }
  }
}

TEST_CASE("H3: of two equally specific rules the first listed holds") {
  const auto soft = rule(one_kind, OrderScope::all, "not", DeclineClass::soft);
  const auto hard = rule(one_kind, OrderScope::all, "hon", DeclineClass::hard);
  CHECK(classed({soft, hard}) == DeclineClass::soft);
  CHECK(classed({hard, soft}) == DeclineClass::hard);
}

}  // namespace
}  // namespace recycled::billing
