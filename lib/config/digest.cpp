#include "config/digest.hpp"

#include "crypto/digest.hpp"

namespace recycled::config {

namespace {

// Each value goes in with its length in front, so that no two rule books spell the same text.
class Canon {
 public:
  Canon& put(std::string_view value) {
    text_ += std::to_string(value.size());
    text_ += ':';
    text_ += value;
    return *this;
  }
  Canon& number(std::int64_t value) { return put(std::to_string(value)); }
  Canon& gateways(const std::vector<GatewayId>& ids) {
    number(std::ssize(ids));
    for (const GatewayId& id : ids) put(id.str());
    return *this;
  }
  Canon& gateway(const std::optional<GatewayId>& id) { return put(id ? "=" + id->str() : ""); }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void put(Canon& canon, const billing::Gateway& gateway) {
  canon.put("gateway").put(gateway.id.str()).put(gateway.kind).put(gateway.cascade.str());
  if (!gateway.flexfactor) return;
  canon.put("flexfactor").number(gateway.flexfactor->expiry_days);
  canon.number(static_cast<int>(gateway.flexfactor->mit));
  canon.number(gateway.flexfactor->cascade_all ? 1 : 0);
}

void put(Canon& canon, const billing::RecycleProfile& profile) {
  canon.put("profile").put(profile.id.str()).gateways(profile.gateways);
  canon.number(static_cast<int>(profile.reduction_type)).number(profile.minimum_price);
  canon.number(profile.bill_on_saturday ? 1 : 0).number(profile.hold_recycle_price ? 1 : 0);
  canon.gateway(profile.gateway_4_6).gateway(profile.gateway_7_9);
  for (const auto& [number, reattempt] : profile.reattempts) {
    canon.put("reattempt").number(number).number(reattempt.days).number(reattempt.reduction);
    canon.number(reattempt.skip ? 1 : 0);
  }
}

void put(Canon& canon, const billing::DeclineRule& rule) {
  canon.put("decline").number(static_cast<int>(rule.scope.index()));
  if (const auto* kind = std::get_if<billing::GatewayKind>(&rule.scope)) canon.put(kind->name);
  if (const auto* gateway = std::get_if<GatewayId>(&rule.scope)) canon.put(gateway->str());
  canon.number(static_cast<int>(rule.order)).put(rule.message);
  canon.number(static_cast<int>(rule.maps_to));
}

void put(Canon& canon, const billing::Timing& timing) {
  canon.put("timing");
  for (const Millis wait :
       {timing.first_inquiry, timing.longest_inquiry, timing.grace, timing.repeat_window,
        timing.sync_repeat, timing.last_look, timing.first_backoff, timing.longest_backoff,
        timing.cascade_deadline}) {
    canon.number(wait.count());
  }
  canon.number(timing.cancel_tries);
}

}  // namespace

std::string rules_digest(const Settings& settings) {
  const billing::Rules& rules = settings.rules;
  Canon canon;
  canon.put("recycled rules 2").put(settings.time_zone);
  for (const auto& [id, gateway] : rules.gateways) put(canon, gateway);
  for (const billing::RecycleProfile& profile : rules.profiles) put(canon, profile);
  for (const auto& [id, campaign] : rules.campaigns) {
    canon.put("campaign").put(id.str()).number(static_cast<int>(campaign.recycle_billing));
    canon.number(campaign.single_transaction ? 1 : 0);
  }
  for (const auto& [id, profile] : rules.cascade_profiles) {
    canon.put("cascade").put(id.str()).gateways(profile.gateways);
  }
  for (const auto& [id, profile] : rules.routing_profiles) {
    canon.put("routing").put(id.str()).gateways(profile.gateways).put(profile.cascade.str());
  }
  for (const billing::DeclineRule& rule : rules.decline_rules) put(canon, rule);
  canon.put("never send").number(std::ssize(rules.never_send_codes));
  for (const std::string& code : rules.never_send_codes) canon.put(code);
  canon.put("card cap").number(rules.card_cap);
  canon.put("late success").number(static_cast<int>(rules.late_success));
  canon.put("late cascade").number(static_cast<int>(rules.late_cascade));
  canon.put("when unknown").number(static_cast<int>(rules.when_unknown));
  put(canon, rules.timing);
  return crypto::to_hex(crypto::sha256(canon.text()));
}

}  // namespace recycled::config
