// [[campaign]], [[decline_mapping]], [[cascade_profile]], [[routing_profile]]. Source: mission.md
// S4, H2, H3, N1, C1, C5.
#include <algorithm>

#include "config/reading.hpp"

namespace recycled::config {

namespace {

// S4: FlexFactor is for decline salvage only, so nothing may sell through it.
std::vector<GatewayId> read_selling_gateways(Section& section, Reading& reading,
                                             std::string_view key) {
  std::vector<GatewayId> gateways;
  const auto listed = section.texts(key);
  gateways.reserve(listed.size());
  for (const Text& id : listed) {
    gateways.emplace_back(id.value);
    const billing::Gateway* gateway = reading.gateway(section, key, id);
    if (gateway == nullptr || !gateway->flexfactor) continue;
    section.complain_at(id.line,
                        std::string(key) + " holds the FlexFactor gateway " + in_quotes(id.value),
                        "Remove it: FlexFactor is for decline salvage only");
  }
  return gateways;
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
    campaign.single_transaction = section.flag("single_transaction").value_or(false);
    read_selling_gateways(section, reading, "product_gateways");
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

// C1. Without FlexFactor it is the merchant's own cascade, and nothing to us; after a first
// FlexFactor gateway a second would never be reached, and nobody would notice.
std::vector<GatewayId> read_cascading_gateways(Section& section, Reading& reading) {
  std::vector<GatewayId> gateways;
  const billing::Gateway* first = nullptr;
  const auto listed = section.texts("gateways");
  gateways.reserve(listed.size());
  for (const Text& id : listed) {
    gateways.emplace_back(id.value);
    const billing::Gateway* gateway = reading.gateway(section, "gateways", id);
    if (gateway == nullptr || !gateway->flexfactor) continue;
    if (first == nullptr) {
      first = gateway;
      continue;
    }
    section.complain_at(id.line,
                        "gateways holds the FlexFactor gateway " + in_quotes(id.value) + " after " +
                            in_quotes(first->id.str()),
                        "Keep one of the two: a cascade goes to FlexFactor once");
  }
  return gateways;
}

void read_cascade_profiles(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("cascade_profile")) {
    Section section = reading.section_with_id(*table, "cascade_profile", seen);
    const CascadeProfileId id(section.peek("id").value_or(""));
    auto gateways = read_cascading_gateways(section, reading);
    section.refuse_unknown();
    reading.settings.rules.cascade_profiles.emplace(
        id, billing::CascadeProfile{id, std::move(gateways)});
  }
}

// N1: a rerun names a gateway. A routing profile of the same name would leave open which is meant.
void refuse_gateways_name(Section& section, const Reading& reading,
                          const billing::RoutingProfile& profile) {
  if (!reading.settings.rules.gateways.contains(GatewayId(profile.id.str()))) return;
  section.complain("id", "its id is that of [[gateway]] " + in_quotes(profile.id.str()) + " too",
                   "Give it another: a rerun goes by the name alone");
}

void read_routing_profiles(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("routing_profile")) {
    Section section = reading.section_with_id(*table, "routing_profile", seen);
    billing::RoutingProfile profile;
    profile.id = RoutingProfileId(section.peek("id").value_or(""));
    refuse_gateways_name(section, reading, profile);
    profile.gateways = read_selling_gateways(section, reading, "gateways");
    profile.cascade = reading.cascade(section);
    section.refuse_unknown();
    reading.settings.rules.routing_profiles.emplace(profile.id, std::move(profile));
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
