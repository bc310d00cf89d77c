// [[recycle_profile]]. Source: mission.md B1, domain.md "Recycle profile".
#include <algorithm>

#include "base/money.hpp"
#include "config/reading.hpp"

namespace recycled::config {

namespace {

using billing::Block;
using billing::Reattempt;
using billing::RecycleProfile;
using billing::ReductionType;

constexpr std::string_view the_two_blocks =
    "FlexFactor may stand on re-attempts 4-6 (gateway_4_6) and 7-9 (gateway_7_9) only";

// The profiles name no currency: "75.00" is 7500 hundredths of whatever currency a price is in, and
// "12.50" percent is 1250 hundredths of one.
std::optional<std::int64_t> read_hundredths(Section& section, std::string_view key) {
  const auto written = section.text(key);
  if (!written) return std::nullopt;
  const auto amount = parse_money(written->value, Currency());
  if (amount) return amount->minor;
  section.complain(key, std::string(key) + " " + in_quotes(written->value) + " is not an amount",
                   "Write a decimal with at most two digits after the point: \"10.00\"");
  return std::nullopt;
}

// B1, for every way to put a gateway where none may be: any other gateway_… key, in a profile or
// inside a re-attempt.
void refuse_other_slots(Section& section) {
  for (const std::string& key : section.keys()) {
    if (!key.starts_with("gateway") || key == "gateway_4_6" || key == "gateway_7_9") continue;
    std::string what = key + " is no place for a gateway";
    if (const auto named = section.peek(key)) {
      what = key + " puts gateway " + in_quotes(*named) + " where none may be chosen";
    }
    section.refuse(key, what, std::string(the_two_blocks));
  }
}

std::optional<GatewayId> read_slot(Section& section, Reading& reading, std::string_view key) {
  const auto id = section.text(key);
  if (!id) return std::nullopt;
  const billing::Gateway* gateway = reading.gateway(section, key, *id);
  if (gateway != nullptr && !gateway->flexfactor) {
    section.complain(
        key,
        std::string(key) + " names gateway " + in_quotes(id->value) + " of kind " +
            in_quotes(gateway->kind) + ", which is not FlexFactor",
        "Leave it out where the merchant makes the re-attempts; " + std::string(the_two_blocks));
  }
  return GatewayId(id->value);
}

// A slot without a re-attempt would never be used, and nobody would notice.
void check_slot_is_used(Section& section, const RecycleProfile& profile, Block block) {
  const auto is_used = [block](const auto& entry) {
    return !entry.second.skip && billing::block_of(entry.first) == block;
  };
  if (std::any_of(profile.reattempts.begin(), profile.reattempts.end(), is_used)) return;
  const bool early = block == Block::reattempts_4_6;
  const std::string_view key = early ? "gateway_4_6" : "gateway_7_9";
  section.complain(key,
                   std::string(key) + " is set, but no re-attempt " +
                       std::string(billing::to_text(block)) + " is listed that is not skipped",
                   early ? "Add [[recycle_profile.reattempt]] with number = 4"
                         : "Add [[recycle_profile.reattempt]] with number = 7");
}

enum class Numbered { yes, no };

// Without a number to go by, nothing can be said about the blocks it might be in.
Numbered read_reattempt(Section& section, RecycleProfile& profile) {
  Reattempt reattempt;
  const auto number = section.integer("number", 1, billing::last_reattempt);
  if (!section.has("number")) {
    section.complain("number", "number is missing", "Add number = 1 to 9");
  }
  if (number) {
    reattempt.number = static_cast<int>(*number);
    section.rename(section.name() + " " + std::to_string(*number));
  }
  reattempt.days = static_cast<int>(section.integer("days", 0, 365).value_or(0));
  reattempt.skip = section.flag("skip").value_or(false);
  reattempt.reduction = read_hundredths(section, "reduction").value_or(0);
  const bool percent = profile.reduction_type == ReductionType::percentage;
  if (percent && reattempt.reduction > 100 * 100) {
    section.complain("reduction", "reduction is more than 100 percent", "Write 0 to 100");
  }
  if (reattempt.skip && (reattempt.days != 0 || reattempt.reduction != 0)) {
    section.complain("skip", "a skipped re-attempt costs no wait and no reduction, yet has one",
                     "Remove days and reduction, or skip");
  }
  refuse_other_slots(section);
  section.refuse_unknown();
  if (number && !profile.reattempts.emplace(reattempt.number, reattempt).second) {
    section.complain("number", "this number is already listed further up", "Give each its own");
  }
  return number ? Numbered::yes : Numbered::no;
}

// Where each gateway's profile was first seen: a gateway is in at most one (domain.md).
using Owners = std::map<GatewayId, std::string>;

void read_gateway_list(Section& section, Reading& reading, RecycleProfile& profile,
                       Owners& owners) {
  for (const Text& id : section.texts("apply_to_gateways")) {
    const billing::Gateway* gateway = reading.gateway(section, "apply_to_gateways", id);
    if (gateway != nullptr && gateway->flexfactor) {
      section.complain_at(id.line,
                          "apply_to_gateways holds the FlexFactor gateway " + in_quotes(id.value),
                          "List the gateways that decline; " + std::string(the_two_blocks));
    }
    const auto [owner, first] = owners.emplace(GatewayId(id.value), section.name());
    if (!first) {
      section.complain_at(id.line,
                          "gateway " + in_quotes(id.value) + " is already in " + owner->second,
                          "Keep it in one of the two: a gateway has at most one profile");
    }
    profile.gateways.emplace_back(id.value);
  }
  if (!section.has("apply_to_gateways")) {
    section.complain("apply_to_gateways", "apply_to_gateways is missing",
                     "Add apply_to_gateways = [\"…\"]");
  }
}

void read_profile(Section& section, Reading& reading, Owners& owners) {
  RecycleProfile profile;
  profile.id = ProfileId(section.peek("id").value_or(""));
  read_gateway_list(section, reading, profile, owners);
  const Words<ReductionType> types{{"flat", ReductionType::flat},
                                   {"percentage", ReductionType::percentage}};
  profile.reduction_type = section.word("reduction", types).value_or(ReductionType::flat);
  profile.minimum_price = read_hundredths(section, "minimum_price").value_or(0);
  profile.bill_on_saturday = section.flag("bill_on_saturday").value_or(false);
  profile.hold_recycle_price = section.flag("hold_recycle_price").value_or(false);
  profile.gateway_4_6 = read_slot(section, reading, "gateway_4_6");
  profile.gateway_7_9 = read_slot(section, reading, "gateway_7_9");
  refuse_other_slots(section);
  bool all_numbered = true;
  for (const Value* table : section.tables("reattempt")) {
    Section reattempt = reading.section(*table, section.name() + " reattempt");
    if (read_reattempt(reattempt, profile) == Numbered::no) all_numbered = false;
  }
  if (all_numbered && profile.gateway_4_6) {
    check_slot_is_used(section, profile, Block::reattempts_4_6);
  }
  if (all_numbered && profile.gateway_7_9) {
    check_slot_is_used(section, profile, Block::reattempts_7_9);
  }
  section.refuse_unknown();
  reading.settings.rules.profiles.push_back(std::move(profile));
}

}  // namespace

void read_profiles(Section& root, Reading& reading) {
  std::set<std::string> seen;
  Owners owners;
  for (const Value* table : root.tables("recycle_profile")) {
    Section section = reading.section_with_id(*table, "recycle_profile", seen);
    read_profile(section, reading, owners);
  }
}

}  // namespace recycled::config
