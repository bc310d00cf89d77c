// [[campaign]], [[decline_mapping]], [[cascade_profile]], [[routing_profile]]. Source: mission.md
// S4, H2, H3, N1, C1, C5.
#include <algorithm>

#include "config/reading.hpp"

namespace recycled::config {

namespace {

// S4: FlexFactor is for decline salvage only, so nothing may sell through it.
void refuse_flexfactor(Section& section, Reading& reading, std::string_view key) {
  for (const Text& id : section.texts(key)) {
    const billing::Gateway* gateway = reading.gateway(section, key, id);
    if (gateway == nullptr || !gateway->flexfactor) continue;
    section.complain_at(id.line,
                        std::string(key) + " holds the FlexFactor gateway " + in_quotes(id.value),
                        "Remove it: FlexFactor is for decline salvage only");
  }
}

void read_campaigns(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("campaign")) {
    Section section = reading.section_with_id(*table, "campaign", seen);
    billing::Campaign campaign;
    campaign.id = CampaignId(section.peek("id").value_or(""));
    if (section.flag("disable_recycle_billing").value_or(false)) {
      campaign.recycle_billing = billing::RecycleBilling::disabled;
    }
    section.flag("single_transaction");  // C5: what a cascade will ask for
    refuse_flexfactor(section, reading, "product_gateways");
    section.refuse_unknown();
    reading.settings.rules.campaigns.emplace(campaign.id, campaign);
  }
}

void read_scope(Section& section, Reading& reading, billing::DeclineRule& rule) {
  const auto gateway = section.text("gateway");
  const auto kind = section.text("gateway_kind");
  if (gateway && kind) {
    section.complain("gateway_kind", "both gateway and gateway_kind are set",
                     "Keep one of them, or none to match every gateway");
  }
  if (gateway) {
    reading.gateway(section, "gateway", *gateway);
    rule.scope = GatewayId(gateway->value);
  } else if (kind) {
    const auto& gateways = reading.settings.rules.gateways;
    const auto has_kind = [&kind](const auto& entry) { return entry.second.kind == kind->value; };
    if (std::none_of(gateways.begin(), gateways.end(), has_kind)) {
      section.complain("gateway_kind", "no gateway is of kind " + in_quotes(kind->value),
                       "Write a kind that a [[gateway]] has");
    }
    rule.scope = billing::GatewayKind{kind->value};
  }
}

void read_decline_mappings(Section& root, Reading& reading) {
  using billing::DeclineClass;
  using billing::OrderScope;
  const Words<OrderScope> orders{
      {"all", OrderScope::all}, {"new", OrderScope::initial}, {"recurring", OrderScope::recurring}};
  const Words<DeclineClass> classes{{"soft", DeclineClass::soft}, {"hard", DeclineClass::hard}};
  int number = 0;
  for (const Value* table : root.tables("decline_mapping")) {
    Section section =
        reading.section(*table, "[[decline_mapping]] number " + std::to_string(++number));
    billing::DeclineRule rule;
    read_scope(section, reading, rule);
    rule.order = section.word("order_type", orders).value_or(OrderScope::all);
    if (const auto message = section.text("message")) rule.message = message->value;
    if (!section.has("message") && std::holds_alternative<std::monostate>(rule.scope)) {
      section.complain("message", "it would map every decline of every gateway",
                       "Add message, gateway or gateway_kind");
    }
    rule.maps_to = section.word("maps_to", classes).value_or(DeclineClass::soft);
    if (!section.has("maps_to")) {
      section.complain("maps_to", "maps_to is missing", "Add maps_to = \"soft\" or \"hard\"");
    }
    section.refuse_unknown();
    reading.settings.rules.decline_rules.push_back(std::move(rule));
  }
}

void read_cascade_profiles(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("cascade_profile")) {
    Section section = reading.section_with_id(*table, "cascade_profile", seen);
    for (const Text& id : section.texts("gateways")) reading.gateway(section, "gateways", id);
    section.refuse_unknown();
  }
}

void read_routing_profiles(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("routing_profile")) {
    Section section = reading.section_with_id(*table, "routing_profile", seen);
    refuse_flexfactor(section, reading, "gateways");
    reading.check_cascade(section);
    section.refuse_unknown();
  }
}

}  // namespace

void read_lists(Section& root, Reading& reading) {
  read_campaigns(root, reading);
  read_decline_mappings(root, reading);
  read_cascade_profiles(root, reading);
  read_routing_profiles(root, reading);
}

}  // namespace recycled::config
