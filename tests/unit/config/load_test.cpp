#include "config/load.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include <doctest/doctest.h>

#include "config/template.hpp"
#include "fixture.hpp"

namespace recycled::config {

using namespace fixture;

TEST_CASE("a good config becomes settings") {
  const Settings settings = accepted(good);
  CHECK(settings.store_path == "/etc/recycled/data/ledger.db");
  CHECK(settings.time_zone == "Europe/Berlin");
  REQUIRE(settings.rules.gateways.size() == 3);
  CHECK(settings.rules.gateways.at(GatewayId("nmi_1")).kind == "nmi");
  CHECK_FALSE(settings.rules.gateways.at(GatewayId("nmi_1")).flexfactor.has_value());
  REQUIRE(settings.accounts.size() == 1);
  const FlexFactorAccount& account = settings.accounts.at(GatewayId("ff"));
  CHECK(account.environment == Environment::live);
  CHECK(account.base_url == "https://api.flexfactor.io/v1/");
  CHECK(account.app_key_file.path == "/etc/recycled/secrets/key");
  CHECK(account.app_secret_file.path == "/etc/secret");
  REQUIRE(settings.rules.profiles.size() == 1);
  const billing::RecycleProfile& profile = settings.rules.profiles.front();
  CHECK(profile.gateway_4_6 == GatewayId("ff"));
  CHECK(profile.reattempts.at(4).days == 3);
}

TEST_CASE("payloads are kept for 400 days, for as long as it says, or for good") {
  CHECK(accepted(good).retention == std::chrono::days(400));
  CHECK(accepted(with("[store]", "[store]\nretention = \"90d\"")).retention ==
        std::chrono::days(90));
  CHECK(accepted(with("[store]", "[store]\nretention = \"0s\"")).retention == Millis(0));
  CHECK(accepted(with("[store]", "[store]\nlease = \"5s\"")).store_lease == Millis(5000));
  const std::string url = "postgresql://recycled@db.internal:5433/recycled?passfile=/etc/pass";
  CHECK(accepted(with("sqlite:data/ledger.db", url)).store_url == url);
}

namespace {

const std::string every_setting = good + R"toml(
[[recycle_profile]]
id = "p"
apply_to_gateways = ["nmi_2"]
reduction = "percentage"
minimum_price = "75.00"
bill_on_saturday = true
hold_recycle_price = true
gateway_7_9 = "ff"
reattempt = [{ number = 7, days = 2, reduction = "12.5" }, { number = 8, skip = true }]
[schedule]
scan_every = "30s"
once_poll_gap = "2h"
first_inquiry = "20m"
longest_inquiry = "12h"
grace = "3h"
repeat_window = "23h"
sync_repeat = "2d"
last_look = "4d"
first_backoff = "1s"
longest_backoff = "5m"
late_success = "hold"
cascade_deadline = "12s"
late_cascade = "hold"
when_unknown = "look_up"
[limits]
in_flight = 7
failures_to_rest = 3
scan_batch = 70
request_timeout = "9s"
connect_timeout = "2s"
drain = "4s"
callback_bytes = 2048
callback_header_bytes = 4096
callback_deadline = "3s"
callback_connections = 12
api_bytes = 4096
api_deadline = "2s"
api_connections = 5
card_cap = 9
never_send_codes = ["04", "41"]
hand_overs_per_run = 11
hand_overs_per_day = 12
amount_per_run = { USD = "100.00" }
amount_per_day = { JPY = "5000", USD = "0.01" }
breaker_results = 40
breaker_refused = 20
breaker_failed = 90
[callbacks]
listen = "0.0.0.0:9000"
window = "1m"
tls = { certificate = "c.pem", private_key = "k.pem" }
accept_body_signature = true
success_code = 202
[[campaign]]
id = "summer"
disable_recycle_billing = true
single_transaction = true
product_gateways = ["nmi_1"]
[[decline_mapping]]
gateway_kind = "nmi"
order_type = "recurring"
message = "do not honor"
maps_to = "soft"
[[gateway]]
id = "nmi_3"
kind = "nmi"
cascade = "salvage"
[[gateway]]
id = "ff_all"
kind = "flexfactor"
mid = "m"
site_id = "s"
app_key_file = "k"
app_secret_file = "f"
cascade_all = true
[[cascade_profile]]
id = "salvage"
gateways = ["nmi_2", "ff"]
[[routing_profile]]
id = "atri"
gateways = ["nmi_2", "nmi_1"]
cascade = "salvage"
[api]
listen = "127.0.0.1:1"
token_file = "t"
[metrics]
file = "m.prom"
[events]
jsonl_file = "e.jsonl"
url = "https://shop.example/hooks?a=b"
secret_files = ["secrets/one", "/etc/two"]
ca_file = "ca.pem"
timeout = "7s"
give_up_after = "1d"
first_backoff = "3s"
longest_backoff = "20m"
in_flight = 3
)toml";

}  // namespace

TEST_CASE("what FlexFactor leaves open is answered for each account") {
  const auto dialect_in = [](const std::string& keys) {
    const auto settings = accepted(with("mid = \"m\"", "mid = \"m\"\n" + keys));
    return settings.accounts.at(GatewayId("ff")).dialect;
  };
  const Dialect usual = dialect_in("");
  CHECK(usual.inquiry == InquiryBy::orders);
  CHECK(usual.repeat_conflict == RepeatConflict::unknown);
  CHECK(usual.unknown_order_code == 404);
  CHECK(usual.expired_word == "EXPIRED");
  CHECK(usual.first_page == 1);
  CHECK(usual.order_amounts == OrderAmounts::minor);
  const Dialect other = dialect_in(
      "inquiry = \"outcome\"\nrepeat_conflict = \"refused\"\nunknown_order_code = 400\n"
      "expired_word = \"LAPSED\"\nfirst_page = 0\norder_amounts = \"major\"");
  CHECK(other.inquiry == InquiryBy::outcome);
  CHECK(other.repeat_conflict == RepeatConflict::refused);
  CHECK(other.unknown_order_code == 400);
  CHECK(other.expired_word == "LAPSED");
  CHECK(other.first_page == 0);
  CHECK(other.order_amounts == OrderAmounts::major);
}

TEST_CASE("each account has a pace of its own") {
  const auto usual = accepted(good).accounts.at(GatewayId("ff"));
  CHECK(usual.requests_per_second == 100);
  CHECK_FALSE(usual.in_flight.has_value());
  const auto slow =
      accepted(with("mid = \"m\"", "mid = \"m\"\nrequests_per_second = 3\nin_flight = 2"))
          .accounts.at(GatewayId("ff"));
  CHECK(slow.requests_per_second == 3);
  CHECK(slow.in_flight == 2);
}

TEST_CASE("every setting arrives where it belongs") {
  const Settings settings = accepted(every_setting);
  const billing::Rules& rules = settings.rules;
  const billing::RecycleProfile& profile = rules.profiles.at(1);
  CHECK(profile.reduction_type == billing::ReductionType::percentage);
  CHECK(profile.minimum_price == 7500);
  CHECK(profile.bill_on_saturday);
  CHECK(profile.hold_recycle_price);
  CHECK(profile.gateway_7_9 == GatewayId("ff"));
  CHECK(profile.reattempts.at(7).reduction == 1250);
  CHECK(profile.reattempts.at(8).skip);
  CHECK(settings.schedule.scan_every == std::chrono::seconds(30));
  CHECK(settings.schedule.once_poll_gap == std::chrono::hours(2));
  CHECK(rules.when_unknown == billing::WhenUnknown::look_up);
  CHECK(settings.limits.failures_to_rest == 3);
  billing::Timing timing;
  timing.first_inquiry = std::chrono::minutes(20);
  timing.longest_inquiry = std::chrono::hours(12);
  timing.grace = std::chrono::hours(3);
  timing.repeat_window = std::chrono::hours(23);
  timing.sync_repeat = std::chrono::hours(48);
  timing.last_look = std::chrono::hours(96);
  timing.first_backoff = std::chrono::seconds(1);
  timing.longest_backoff = std::chrono::minutes(5);
  timing.cascade_deadline = std::chrono::seconds(12);
  CHECK(rules.timing == timing);
  CHECK(rules.late_cascade == billing::LateCascade::hold);
  CHECK(rules.late_success == billing::LateSuccess::hold);
  CHECK(settings.limits.in_flight == 7);
  CHECK(settings.limits.scan_batch == 70);
  CHECK(settings.limits.request_timeout == std::chrono::seconds(9));
  CHECK(settings.limits.connect_timeout == std::chrono::seconds(2));
  CHECK(settings.limits.drain == std::chrono::seconds(4));
  CHECK(settings.limits.callback_bytes == 2048);
  CHECK(settings.limits.callback_header_bytes == 4096);
  CHECK(settings.limits.callback_deadline == std::chrono::seconds(3));
  CHECK(settings.limits.callback_connections == 12);
  CHECK(settings.limits.api_bytes == 4096);
  CHECK(settings.limits.api_deadline == std::chrono::seconds(2));
  CHECK(settings.limits.api_connections == 5);
  CHECK(settings.api.listen == "127.0.0.1:1");
  CHECK(settings.api.token_file.path == "/etc/recycled/t");
  CHECK(settings.metrics.file == "/etc/recycled/m.prom");
  CHECK(rules.card_cap == 9);
  const auto usd = *Currency::parse("USD");
  CHECK(rules.ceilings.run == billing::Ceiling{11, {{usd, 10000}}});
  CHECK(rules.ceilings.day == billing::Ceiling{12, {{*Currency::parse("JPY"), 5000}, {usd, 1}}});
  CHECK(rules.breaker == billing::Breaker{40, 20, 90});
  CHECK(rules.never_send_codes == std::vector<std::string>{"04", "41"});
  CHECK(settings.callbacks.listen == "0.0.0.0:9000");
  CHECK(settings.callbacks.window == std::chrono::minutes(1));
  REQUIRE(settings.callbacks.tls.has_value());
  CHECK(settings.callbacks.tls->private_key == "/etc/recycled/k.pem");
  CHECK(settings.callbacks.accept_body_signature);
  CHECK(settings.callbacks.success_code == 202);
  CHECK(rules.campaigns.at(CampaignId("summer")).recycle_billing ==
        billing::RecycleBilling::disabled);
  CHECK(rules.campaigns.at(CampaignId("summer")).single_transaction);
  const billing::DeclineRule& rule = rules.decline_rules.at(0);
  CHECK(std::get<billing::GatewayKind>(rule.scope).name == "nmi");
  CHECK(rule.order == billing::OrderScope::recurring);
  CHECK(rule.maps_to == billing::DeclineClass::soft);
}

TEST_CASE("the local API listens where only this machine reaches it, and only if it is asked for") {
  CHECK(accepted(good).api.listen.empty());
  const auto listen_in = [](const std::string& keys) {
    const std::string section = "[api]\ntoken_file = \"t\"\n" + keys + "\n[account]";
    return accepted(with("[account]", section)).api.listen;
  };
  CHECK(listen_in("") == "127.0.0.1:8080");
  CHECK(listen_in("listen = \"[::1]:81\"") == "[::1]:81");
  CHECK(listen_in("listen = \"unix:/run/recycled/api.sock\"") == "unix:/run/recycled/api.sock");
  CHECK(listen_in("listen = \"unix:api.sock\"") == "unix:/etc/recycled/api.sock");
}

TEST_CASE(
    "S3, C1, C4: cascade settings arrive where they belong, and are off where nobody set them") {
  const billing::Rules rules = accepted(every_setting).rules;
  const CascadeProfileId salvage("salvage");
  const RoutingProfileId atri("atri");
  const GatewayId ff("ff");
  const GatewayId nmi_1("nmi_1");
  const GatewayId nmi_2("nmi_2");
  CHECK(rules.cascade_profiles.at(salvage) == billing::CascadeProfile{salvage, {nmi_2, ff}});
  CHECK(rules.routing_profiles.at(atri) == billing::RoutingProfile{atri, {nmi_2, nmi_1}, salvage});
  CHECK(rules.gateways.at(GatewayId("nmi_3")).cascade == salvage);
  CHECK(rules.gateways.at(GatewayId("ff_all")).flexfactor->cascade_all);
  CHECK(rules.gateways.at(nmi_1).cascade.empty());
  CHECK_FALSE(rules.gateways.at(ff).flexfactor->cascade_all);
  const billing::Rules usual = accepted(good).rules;
  CHECK(usual.timing.cascade_deadline == std::chrono::seconds(8));
  CHECK(usual.late_cascade == billing::LateCascade::refund);
  CHECK(usual.cascade_profiles.empty());
  CHECK(usual.routing_profiles.empty());
}

TEST_CASE("events go where the config says, and nowhere unless it says") {
  const EventSettings events = accepted(every_setting).events;
  CHECK(events.jsonl_file == "/etc/recycled/e.jsonl");
  CHECK(events.url == "https://shop.example/hooks?a=b");
  REQUIRE(events.secret_files.size() == 2);
  CHECK(events.secret_files[0].path == "/etc/recycled/secrets/one");
  CHECK(events.secret_files[1].path == "/etc/two");
  CHECK(events.ca_file == "/etc/recycled/ca.pem");
  CHECK(events.timeout == std::chrono::seconds(7));
  CHECK(events.give_up_after == std::chrono::hours(24));
  CHECK(events.first_backoff == std::chrono::seconds(3));
  CHECK(events.longest_backoff == std::chrono::minutes(20));
  CHECK(events.in_flight == 3);
  const EventSettings usual = accepted(good).events;
  CHECK(usual.url.empty());
  CHECK(usual.jsonl_file.empty());
  CHECK(usual.give_up_after == std::chrono::hours(72));
  CHECK(accepted(good + "[events]\njsonl_file = \"e\"").events.url.empty());
  CHECK(accepted(good + "[events]\nurl = \"http://127.0.0.1:1\"\nsecret_files = [\"s\"]")
            .events.url == "http://127.0.0.1:1");
}

TEST_CASE("the template of init is accepted as it is and says the defaults") {
  const Settings settings = accepted(config_template);
  const Settings defaults;
  CHECK(settings.rules.timing == defaults.rules.timing);
  CHECK(settings.time_zone == defaults.time_zone);
  CHECK(settings.rules.gateways.at(GatewayId("flexfactor")).flexfactor->expiry_days == 21);
  CHECK(settings.rules.profiles.at(0).reattempts.size() == 4);
}

TEST_CASE("what the template comments out is right too and equals the defaults") {
  const std::regex setting(R"(# ((\[?\[[a-z_]+\]\]?|[a-z_]+ = .*).*))");
  std::string text;
  std::istringstream lines{std::string(config_template)};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    text += (std::regex_match(line, match, setting) ? match[1].str() : line) + "\n";
  }
  const Settings settings = accepted(text);
  CHECK(settings.callbacks.public_host == "callbacks.example.com");
  CHECK(settings.rules.timing == billing::Timing());
  CHECK(settings.limits.callback_bytes == Limits().callback_bytes);
  CHECK(settings.limits.callback_header_bytes == Limits().callback_header_bytes);
  CHECK(settings.limits.callback_deadline == Limits().callback_deadline);
  CHECK(settings.limits.callback_connections == Limits().callback_connections);
  CHECK(settings.limits.api_bytes == Limits().api_bytes);
  CHECK(settings.limits.api_deadline == Limits().api_deadline);
  CHECK(settings.limits.api_connections == Limits().api_connections);
  CHECK(settings.limits.request_timeout == Limits().request_timeout);
  CHECK(settings.limits.drain == Limits().drain);
  CHECK(settings.retention == std::chrono::days(400));
  CHECK(settings.schedule.scan_every == ScheduleSettings().scan_every);
  CHECK(settings.callbacks.window == CallbackSettings().window);
  CHECK(settings.callbacks.listen == CallbackSettings().listen);
  CHECK(settings.rules.late_cascade == billing::LateCascade());
  CHECK(settings.events.url == "https://shop.example.com/hooks/recycled");
  CHECK(settings.events.secret_files.size() == 1);
  CHECK(settings.events.timeout == EventSettings().timeout);
  CHECK(settings.events.give_up_after == EventSettings().give_up_after);
  CHECK(settings.events.first_backoff == EventSettings().first_backoff);
  CHECK(settings.events.longest_backoff == EventSettings().longest_backoff);
  CHECK(settings.events.in_flight == EventSettings().in_flight);
  CHECK(settings.rules.campaigns.size() == 1);
  CHECK(settings.rules.cascade_profiles.size() == 1);
  CHECK(settings.rules.routing_profiles.size() == 1);
  CHECK(settings.rules.decline_rules.size() == 1);
}

TEST_CASE("a machine is known by its own id unless it is named") {
  CHECK(accepted(good).machine.empty());
  CHECK(accepted(with("[account]", "machine = \"pair\"\n[account]")).machine == "pair");
}

TEST_CASE("a file that is not there or not TOML is one problem") {
  const auto absent = load("/nonexistent/recycled.toml");
  REQUIRE_FALSE(absent.has_value());
  CHECK(mentions(absent.error(), "cannot be read"));
  const auto broken = refused("[store]\nurl = \"sqlite:x\n");
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].line == 2);
}

TEST_CASE("load reads a file and counts paths from its folder") {
  const auto folder = std::filesystem::temp_directory_path() / "recycled_unit_config_load";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "recycled.toml") << good;
  const auto loaded = load(folder / "recycled.toml");
  REQUIRE(loaded.has_value());
  CHECK(loaded->store_path == folder / "data/ledger.db");
  std::filesystem::remove_all(folder);
}

TEST_CASE("S1: each secret file that cannot be used is a problem of its own") {
  const auto folder = std::filesystem::temp_directory_path() / "recycled_unit_config_secrets";
  std::filesystem::create_directories(folder / "secrets");
  Settings settings = accepted(good);
  FlexFactorAccount& account = settings.accounts.at(GatewayId("ff"));
  const std::filesystem::path key = folder / "secrets/key";
  account.app_key_file = key;
  account.app_secret_file = folder / "secrets/absent";
  std::ofstream(key) << "k\n";
  std::filesystem::permissions(key, std::filesystem::perms(0644));
  const auto open = check_secret_files(settings);
  CHECK(open.size() == 2);
  CHECK(mentions(open, "chmod 600"));
  CHECK(mentions(open, "absent"));
  std::filesystem::permissions(key, std::filesystem::perms(0600));
  CHECK(check_secret_files(settings).size() == 1);
  settings.events.secret_files = {folder / "secrets/webhook"};
  CHECK(mentions(check_secret_files(settings), "[events] secret_files"));
  CHECK(mentions(check_secret_files(settings), "secrets/webhook"));
  std::filesystem::remove_all(folder);
}

}  // namespace recycled::config
