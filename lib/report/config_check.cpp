#include "report/config_check.hpp"

#include "config/digest.hpp"
#include "config/words.hpp"
#include "report/json.hpp"

namespace recycled::report {
namespace {

Json signing_keys_of(const config::FlexFactorAccount& account) {
  Json list = Json::array();
  for (const config::SigningKeyFile& key : account.hmac_signing_key_files) {
    list.push_back({{"file", key.file.path.string()},
                    {"from", when_or_null(key.from)},
                    {"until", when_or_null(key.until)}});
  }
  return list;
}

}  // namespace

std::string to_json(const config::Settings& settings) {
  Json gateways = Json::array();
  for (const auto& [id, account] : settings.accounts) {
    const auto& terms = *settings.rules.gateways.at(id).flexfactor;
    gateways.push_back({{"id", id.str()},
                        {"environment", config::to_text(account.environment)},
                        {"base_url", account.base_url},
                        {"expiry_days", terms.expiry_days},
                        {"mit", config::to_text(terms.mit)},
                        {"signing_keys", signing_keys_of(account)}});
  }
  return written(
      {{"valid", true},
       {"file", settings.file.string()},
       {"ledger", settings.store_url.empty() ? settings.store_path.string() : settings.store_url},
       {"time_zone", settings.time_zone},
       {"flexfactor_gateways", gateways},
       {"events_url", text_or_null(settings.events.url)},
       {"events_file", text_or_null(settings.events.jsonl_file.string())},
       {"rules_digest", config::rules_digest(settings)}});
}

std::string to_json(const std::vector<config::Problem>& problems,
                    const std::filesystem::path& file) {
  Json list = Json::array();
  for (const config::Problem& problem : problems) {
    list.push_back({{"line", problem.line},
                    {"where", problem.where},
                    {"what", problem.what},
                    {"fix", problem.fix}});
  }
  return written({{"valid", false}, {"file", file.string()}, {"problems", list}});
}

}  // namespace recycled::report
