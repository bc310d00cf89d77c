// [[gateway]]: the merchant's own, and the accounts at FlexFactor. Source: mission.md S1-S4, C1,
// C4, flexfactor.md "Basics".
#include <array>

#include "config/reading.hpp"

namespace recycled::config {

namespace {

constexpr std::string_view sandbox_url = "https://api-sandbox.flexfactor.io/v1/";
constexpr std::string_view live_url = "https://api.flexfactor.io/v1/";

constexpr std::array flexfactor_keys{"environment",
                                     "base_url",
                                     "mid",
                                     "site_id",
                                     "app_key_file",
                                     "app_secret_file",
                                     "environment_key_file",
                                     "hmac_signing_key_files",
                                     "ca_file",
                                     "expiry_days",
                                     "cascade_all",
                                     "mit",
                                     "requests_per_second",
                                     "in_flight",
                                     "inquiry",
                                     "repeat_conflict",
                                     "unknown_order_code",
                                     "expired_word",
                                     "first_page",
                                     "order_amounts"};

struct InlineSecret {
  std::string_view key;
  std::string_view instead;
};
constexpr std::array inline_secrets{
    InlineSecret{"app_key", "app_key_file"},
    InlineSecret{"app_secret", "app_secret_file"},
    InlineSecret{"environment_key", "environment_key_file"},
    InlineSecret{"hmac_signing_key", "hmac_signing_key_files"},
    InlineSecret{"hmac_signing_keys", "hmac_signing_key_files"},
};

// S1: a config file is copied, mailed and committed; a secret in it is no secret. The value is not
// repeated in the message either.
void refuse_inline_secrets(Section& section) {
  for (const InlineSecret& secret : inline_secrets) {
    section.refuse(secret.key,
                   std::string(secret.key) + " holds a secret, which must not be in this file",
                   "Put it into a file of its own (chmod 600) and name that in " +
                       std::string(secret.instead) + "; then replace the secret: it has leaked");
  }
}

std::string read_base_url(Section& section, Environment environment) {
  const auto written = web_address(section, "base_url");
  if (!written) return std::string(environment == Environment::live ? live_url : sandbox_url);
  std::string url = written->value;
  if (!url.ends_with('/')) url += '/';
  return url;
}

Dialect read_dialect(Section& section) {
  Dialect dialect;
  const Words<InquiryBy> ways{{"orders", InquiryBy::orders}, {"outcome", InquiryBy::outcome}};
  dialect.inquiry = section.word("inquiry", ways).value_or(dialect.inquiry);
  const Words<RepeatConflict> conflicts{{"unknown", RepeatConflict::unknown},
                                        {"refused", RepeatConflict::refused}};
  dialect.repeat_conflict =
      section.word("repeat_conflict", conflicts).value_or(dialect.repeat_conflict);
  if (const auto code = section.integer("unknown_order_code", 400, 499)) {
    dialect.unknown_order_code = static_cast<int>(*code);
  }
  if (const auto word = section.text("expired_word")) dialect.expired_word = word->value;
  if (const auto page = section.integer("first_page", 0, 1)) {
    dialect.first_page = static_cast<int>(*page);
  }
  const Words<OrderAmounts> units{{"minor", OrderAmounts::minor}, {"major", OrderAmounts::major}};
  dialect.order_amounts = section.word("order_amounts", units).value_or(dialect.order_amounts);
  return dialect;
}

FlexFactorAccount read_account(Section& section, Reading& reading, const GatewayId& id) {
  FlexFactorAccount account;
  account.gateway = id;
  const Words<Environment> environments{{"sandbox", Environment::sandbox},
                                        {"live", Environment::live}};
  account.environment = section.word("environment", environments).value_or(account.environment);
  account.base_url = read_base_url(section, account.environment);
  if (const auto mid = section.required("mid")) account.mid = mid->value;
  if (const auto site = section.required("site_id")) account.site_id = site->value;
  if (const auto file = section.required("app_key_file")) {
    account.app_key_file = reading.resolve_secret(section, *file);
  }
  if (const auto file = section.required("app_secret_file")) {
    account.app_secret_file = reading.resolve_secret(section, *file);
  }
  if (const auto file = section.text("environment_key_file")) {
    account.environment_key_file = reading.resolve_secret(section, *file);
  }
  account.hmac_signing_key_files = read_signing_keys(section, reading);
  if (const auto file = section.text("ca_file")) account.ca_file = reading.resolve(file->value);
  if (account.hmac_signing_key_files.empty() && !reading.settings.callbacks.public_host.empty()) {
    section.complain("hmac_signing_key_files",
                     "callbacks are to be received ([callbacks] public_host is set), but nothing "
                     "says how to check their signature",
                     "Add hmac_signing_key_files = [\"…\"]");
  }
  if (const auto rate = section.integer("requests_per_second", 1, 100'000)) {
    account.requests_per_second = static_cast<int>(*rate);
  }
  if (const auto count = section.integer("in_flight", 1, 1000)) {
    account.in_flight = static_cast<int>(*count);
  }
  account.dialect = read_dialect(section);
  return account;
}

// C4: every soft-declined sale can go to one gateway alone.
bool read_cascade_all(Section& section, const billing::Rules& rules) {
  if (!section.flag("cascade_all").value_or(false)) return false;
  for (const auto& [id, gateway] : rules.gateways) {
    if (!gateway.flexfactor || !gateway.flexfactor->cascade_all) continue;
    section.complain("cascade_all",
                     "cascade_all is on here, and at [[gateway]] " + in_quotes(id.str()) + " too",
                     "Keep it at one of the two: it sends every sale there");
  }
  return true;
}

billing::FlexFactorTerms read_terms(Section& section, const billing::Rules& rules) {
  billing::FlexFactorTerms terms;
  // S2: 1 to 21 days, and nothing is rounded into that range silently.
  if (const auto days = section.integer("expiry_days", 1, 21)) {
    terms.expiry_days = static_cast<int>(*days);
  }
  using billing::MitMode;
  const Words<MitMode> modes{{"managed", MitMode::managed}, {"sync", MitMode::sync}};
  terms.mit = section.word("mit", modes).value_or(terms.mit);
  terms.cascade_all = read_cascade_all(section, rules);
  return terms;
}

// C1, S4: nothing is sold at FlexFactor, so nothing declines there first. FlexFactor stands in the
// cascade profile of another gateway.
void refuse_cascade(Section& section) {
  const auto profile = section.peek("cascade").value_or("");
  section.refuse("cascade",
                 "cascade names " + in_quotes(profile) +
                     " at a FlexFactor gateway, where a cascade "
                     "can end but not begin",
                 "Set it at the gateway that declines, or at a [[routing_profile]]");
}

void read_gateway(Section& section, Reading& reading) {
  const auto id = section.peek("id");
  const auto kind = section.required("kind");
  refuse_inline_secrets(section);
  billing::Gateway gateway;
  if (id) gateway.id = GatewayId(*id);
  if (kind) gateway.kind = kind->value;
  if (gateway.kind == flexfactor_kind) {
    gateway.flexfactor = read_terms(section, reading.settings.rules);
    refuse_cascade(section);
    auto account = read_account(section, reading, gateway.id);
    reading.settings.accounts.emplace(gateway.id, std::move(account));
  } else {
    gateway.cascade = reading.cascade(section);
    for (const char* key : flexfactor_keys) {
      section.refuse(key, std::string(key) + " is for gateways of kind \"flexfactor\" alone",
                     "Remove it, or set kind = \"flexfactor\"");
    }
  }
  section.refuse_unknown();
  // Entered even when something is wrong with it: whoever refers to it is not wrong about that.
  if (id) reading.settings.rules.gateways.emplace(gateway.id, gateway);
}

}  // namespace

void read_gateways(Section& root, Reading& reading) {
  std::set<std::string> seen;
  for (const Value* table : root.tables("gateway")) {
    Section section = reading.section_with_id(*table, "gateway", seen);
    read_gateway(section, reading);
  }
}

}  // namespace recycled::config
