#include "report/rerun.hpp"

#include <doctest/doctest.h>

namespace recycled::report {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

RerunItem taken(const char* order) {
  ports::StoredRecovery stored;
  stored.recovery.provider_gateway = GatewayId("ff");
  stored.recovery.amount.minor = 4995;
  stored.recovery.order = OrderId("ours");
  return {order, stored, std::nullopt};
}

}  // namespace

TEST_CASE("why an order was not taken is a word, a sentence and what exactly") {
  const auto routed =
      why_not(billing::SaleRefusal{billing::SaleRefused::routing_profile, "atri is one"});
  CHECK(routed.reason == "routing_profile");
  CHECK(routed.sentence == explain(billing::SaleRefused::routing_profile));
  CHECK(routed.detail == "atri is one");
  const auto nobody = why_not(std::nullopt);
  CHECK(nobody.reason == "not_found");
  CHECK(nobody.detail == "");
}

TEST_CASE("what reruns came to: a line for each with its reason, and what they sum up to") {
  const std::vector<RerunItem> items{
      taken("O-1"),
      {"O-2", std::nullopt, billing::SaleRefusal{billing::SaleRefused::no_card, "none"}},
      {"O-3", std::nullopt, std::nullopt}};
  const auto text = to_text(items, Tense::done);
  CHECK(has(text, "O-1  handed over to ff: 49.95"));
  CHECK(has(text, "O-2  not taken: no_card, "));
  CHECK(has(text, " (none)\n"));
  CHECK(has(text, "O-3  not taken: not_found, the ledger has no such order\n"));
  CHECK(has(text, "1 of 3 handed over, 49.95"));
  CHECK(has(to_text(items, Tense::would_be), "1 of 3 would be handed over"));
  const auto json = to_json(items, Tense::done);
  CHECK(has(json, "\"reason\": \"no_card\""));
  CHECK(has(json, "\"reason\": \"not_found\""));
}

}  // namespace recycled::report
