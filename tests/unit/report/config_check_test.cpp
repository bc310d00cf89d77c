#include "report/config_check.hpp"

#include <doctest/doctest.h>

#include "report/json.hpp"

namespace recycled::report {

TEST_CASE("S2: the JSON of a valid config has each gateway's effective expiry_days") {
  config::Settings settings;
  settings.file = "recycled.toml";
  settings.store_path = "ledger.db";
  const GatewayId ff("ff");
  settings.rules.gateways[ff] = {ff, "flexfactor", billing::FlexFactorTerms()};
  config::FlexFactorAccount& account = settings.accounts[ff];
  account.gateway = ff;
  account.environment = config::Environment::live;
  account.base_url = "https://api.example.com/";
  account.hmac_signing_key_files = {
      {std::filesystem::path("/secrets/new"), parse_date("2026-12-01"), std::nullopt}};
  settings.events.jsonl_file = "events.jsonl";
  const auto json = Json::parse(to_json(settings));
  CHECK(json["valid"] == true);
  CHECK(json["ledger"] == "ledger.db");
  REQUIRE(json["flexfactor_gateways"].size() == 1);
  const auto& gateway = json["flexfactor_gateways"][0];
  CHECK(gateway["id"] == "ff");
  CHECK(gateway["environment"] == "live");
  CHECK(gateway["expiry_days"] == 21);
  CHECK(gateway["mit"] == "managed");
  CHECK(gateway["signing_keys"][0]["file"] == "/secrets/new");
  CHECK(gateway["signing_keys"][0]["from"] == "2026-12-01");
  CHECK(gateway["signing_keys"][0]["until"].is_null());
  CHECK(json["events_url"].is_null());
  CHECK(json["events_file"] == "events.jsonl");
  CHECK(json["rules_digest"].get<std::string>().size() == 64);
}

TEST_CASE("the JSON of a wrong config has every problem") {
  const std::vector<config::Problem> problems{{3, "[store]", "say \"what\"", "fix"},
                                              {9, "[account]", "w", ""}};
  const auto json = Json::parse(to_json(problems, "recycled.toml"));
  CHECK(json["valid"] == false);
  REQUIRE(json["problems"].size() == 2);
  CHECK(json["problems"][0]["line"] == 3);
  CHECK(json["problems"][0]["what"] == "say \"what\"");
  CHECK(json["problems"][1]["where"] == "[account]");
}

}  // namespace recycled::report
