#include <doctest/doctest.h>

#include "config/nearest.hpp"
#include "fixture.hpp"

namespace recycled::config {

using namespace fixture;

namespace {

struct Spoilt {
  const char* old_piece;
  const char* new_piece;
  std::vector<const char*> said;  // all of it by one problem
};

void check_all(const std::vector<Spoilt>& rows) {
  for (const Spoilt& row : rows) {
    CAPTURE(std::string(row.new_piece));
    const auto problems = refused(with(row.old_piece, row.new_piece));
    INFO(describe(problems.back(), "config"));
    REQUIRE(problems.size() == 1);
    for (const char* piece : row.said) CHECK_MESSAGE(mentions(problems[0], piece), piece);
    CHECK(problems[0].line > 0);
  }
}

}  // namespace

TEST_CASE("B1: FlexFactor stands on re-attempts 4-6 or 7-9 and nowhere else") {
  const char* slot = "gateway_4_6 = \"ff\"";
  check_all({
      {slot, "gateway_1_3 = \"ff\"", {"\"ff\"", "\"standard\"", "4-6", "7-9"}},
      {slot, "gateway_final = \"ff\"", {"\"ff\"", "\"standard\"", "4-6", "7-9"}},
      {slot, "gateway = \"ff\"", {"\"ff\"", "\"standard\"", "4-6", "7-9"}},
      {"number = 4",
       "number = 1\ngateway = \"ff\"\n[[recycle_profile.reattempt]]\nnumber = 4",
       {"\"ff\"", "\"standard\"", "4-6", "7-9"}},
      {"number = 4", "number = 4\ngateway = \"ff\"", {"\"ff\"", "\"standard\"", "gateway_4_6"}},
      {"[\"nmi_1\"]", "[\"nmi_1\", \"ff\"]", {"apply_to_gateways", "\"ff\"", "\"standard\""}},
      {slot, "gateway_4_6 = \"nmi_2\"", {"\"nmi_2\"", "not FlexFactor"}},
      {slot, "gateway_7_9 = \"ff\"", {"gateway_7_9", "7-9", "listed"}},
      {"days = 3", "skip = true", {"gateway_4_6", "4-6", "not skipped"}},
      {"number = 4", "number = 3", {"gateway_4_6", "4-6", "listed"}},
  });
}

TEST_CASE("what FlexFactor leaves open has few answers") {
  const auto wrong = [](const char* key, std::vector<const char*> said) {
    return Spoilt{"mid = \"m\"", key, std::move(said)};
  };
  check_all({
      wrong("mid = \"m\"\ninquiry = \"list\"", {"\"ff\"", "inquiry", "orders", "outcome"}),
      wrong("mid = \"m\"\nrepeat_conflict = \"no\"", {"\"ff\"", "repeat_conflict", "refused"}),
      wrong("mid = \"m\"\nunknown_order_code = 500", {"unknown_order_code is 500", "400 to 499"}),
      wrong("mid = \"m\"\nexpired_word = \"\"", {"\"ff\"", "expired_word"}),
      wrong("mid = \"m\"\nfirst_page = 2", {"\"ff\"", "first_page is 2", "0 to 1"}),
      wrong("mid = \"m\"\norder_amounts = \"cents\"", {"\"ff\"", "order_amounts", "minor"}),
      {"[account]",
       "[callbacks]\nsuccess_code = 300\n[account]",
       {"success_code is 300", "to 299"}},
  });
  // Of a gateway that is not FlexFactor they are refused, as all its keys are.
  CHECK(mentions(refused(with("kind = \"nmi\"", "kind = \"nmi\"\ninquiry = \"orders\"")),
                 "inquiry is for gateways of kind"));
}

TEST_CASE("S2: expiry_days is 1 to 21 and nothing else") {
  for (const char* days : {"1", "21"}) {
    const auto settings =
        accepted(with("mid = \"m\"", "mid = \"m\"\nexpiry_days = " + std::string(days)));
    const auto& terms = settings.rules.gateways.at(GatewayId("ff")).flexfactor;
    CHECK(terms->expiry_days == std::stoi(days));
  }
  check_all({
      {"mid = \"m\"", "mid = \"m\"\nexpiry_days = 0", {"\"ff\"", "expiry_days is 0", "1 to 21"}},
      {"mid = \"m\"", "mid = \"m\"\nexpiry_days = 22", {"\"ff\"", "expiry_days is 22", "1 to 21"}},
      {"mid = \"m\"", "mid = \"m\"\nexpiry_days = \"7\"", {"a text", "1 to 21"}},
      {"mid = \"m\"", "mid = \"m\"\nexpiry_days = 7.0", {"a fraction", "1 to 21"}},
      {"id = \"nmi_2\"", "id = \"nmi_2\"\nexpiry_days = 7", {"\"nmi_2\"", "\"flexfactor\" alone"}},
  });
}

TEST_CASE("S1: a secret in the config is refused and not repeated") {
  for (const std::string key : {"app_key", "app_secret", "environment_key", "hmac_signing_key"}) {
    const auto problems = refused(with("mid = \"m\"", "mid = \"m\"\n" + key + " = \"hush-hush\""));
    REQUIRE(problems.size() == 1);
    CHECK(mentions(problems, key + "_file"));
    CHECK_FALSE(mentions(problems, "hush-hush"));
  }
}

TEST_CASE("S4: FlexFactor sells nothing: campaigns and routing profiles") {
  check_all({
      {"[[recycle_profile]]",
       "[[campaign]]\nid = \"summer\"\nproduct_gateways = [\"nmi_1\", \"ff\"]\n[[recycle_profile]]",
       {"[[campaign]] \"summer\"", "\"ff\"", "salvage"}},
      {"[[recycle_profile]]",
       "[[routing_profile]]\nid = \"atri\"\ngateways = [\"ff\"]\n[[recycle_profile]]",
       {"[[routing_profile]] \"atri\"", "\"ff\"", "salvage"}},
  });
}

TEST_CASE("S4, C1, C4, N1: FlexFactor cascades from where it may, and both places are named") {
  const auto before = [](const char* text, std::vector<const char*> said) {
    return Spoilt{"[[recycle_profile]]", text, std::move(said)};
  };
  check_all({
      // A cascade ends at FlexFactor and never begins there, least of all back to itself.
      {"mid = \"m\"\nsite_id = \"s\"\napp_key_file = \"secrets/key\"\n"
       "app_secret_file = \"/etc/secret\"\n",
       "mid = \"m\"\nsite_id = \"s\"\napp_key_file = \"secrets/key\"\n"
       "app_secret_file = \"/etc/secret\"\ncascade = \"c\"\n"
       "[[cascade_profile]]\nid = \"c\"\ngateways = [\"ff\"]\n",
       {"[[gateway]] \"ff\"", "\"c\"", "can end but not begin"}},
      before("[[gateway]]\nid = \"ff_2\"\nkind = \"flexfactor\"\nmid = \"m\"\nsite_id = \"s\"\n"
             "app_key_file = \"k\"\napp_secret_file = \"f\"\ncascade_all = true\n"
             "[[gateway]]\nid = \"ff_3\"\nkind = \"flexfactor\"\nmid = \"m\"\nsite_id = \"s\"\n"
             "app_key_file = \"k\"\napp_secret_file = \"f\"\ncascade_all = true\n"
             "[[recycle_profile]]",
             {"[[gateway]] \"ff_3\"", "[[gateway]] \"ff_2\"", "cascade_all"}),
      before("[[gateway]]\nid = \"ff_2\"\nkind = \"flexfactor\"\nmid = \"m\"\nsite_id = \"s\"\n"
             "app_key_file = \"k\"\napp_secret_file = \"f\"\n"
             "[[cascade_profile]]\nid = \"c\"\ngateways = [\"ff\", \"nmi_1\", \"ff_2\"]\n"
             "[[recycle_profile]]",
             {"[[cascade_profile]] \"c\"", "\"ff_2\"", "\"ff\"", "once"}),
      before("[[cascade_profile]]\nid = \"c\"\ngateways = [\"fff\"]\n[[recycle_profile]]",
             {"[[cascade_profile]] \"c\"", "\"fff\"", "Did you mean \"ff\""}),
      before("[[cascade_profile]]\nid = \"c\"\n[[cascade_profile]]\nid = \"c\"\n"
             "[[recycle_profile]]",
             {"[[cascade_profile]] \"c\"", "already taken"}),
      before("[[routing_profile]]\nid = \"atri\"\ngateways = [\"nmi_1\", \"ff\"]\n"
             "[[recycle_profile]]",
             {"[[routing_profile]] \"atri\"", "\"ff\"", "salvage"}),
      before("[[routing_profile]]\nid = \"ff\"\ngateways = [\"nmi_1\"]\n[[recycle_profile]]",
             {"[[routing_profile]] \"ff\"", "[[gateway]] \"ff\"", "rerun"}),
      before("[[routing_profile]]\nid = \"atri\"\ncascade = \"c\"\n[[recycle_profile]]",
             {"[[routing_profile]] \"atri\"", "\"c\"", "[[cascade_profile]]"}),
      {"kind = \"nmi\"",
       "kind = \"nmi\"\ncascade_all = true",
       {"[[gateway]] \"nmi_1\"", "cascade_all", "\"flexfactor\" alone"}},
      {"[account]",
       "[schedule]\ncascade_deadline = \"999ms\"\n[account]",
       {"cascade_deadline is 999ms", "1s to 1m"}},
      {"[account]",
       "[schedule]\ncascade_deadline = \"61s\"\n[account]",
       {"cascade_deadline", "1s to 1m"}},
      {"[account]",
       "[schedule]\nlate_cascade = \"accept\"\n[account]",
       {"late_cascade", "\"refund\" or \"hold\""}},
  });
}

TEST_CASE("C1: a cascade profile that nobody uses, or that is the merchant's own, is no problem") {
  accepted(good +
           "[[cascade_profile]]\nid = \"unused\"\ngateways = [\"ff\"]\n"
           "[[cascade_profile]]\nid = \"own\"\ngateways = [\"nmi_1\", \"nmi_2\"]\n"
           "[[routing_profile]]\nid = \"atri\"\ncascade = \"own\"\n");
}

TEST_CASE("a gateway is in one profile: the message names both") {
  const auto problems = refused(good + R"toml(
[[recycle_profile]]
id = "other"
apply_to_gateways = ["nmi_1"]
)toml");
  REQUIRE(problems.size() == 1);
  CHECK(mentions(problems, "[[recycle_profile]] \"standard\""));
  CHECK(mentions(problems, "[[recycle_profile]] \"other\""));
  CHECK(mentions(problems, "\"nmi_1\""));
}

TEST_CASE("types and ranges and references are checked one by one") {
  check_all({
      {"Europe/Berlin", "Europe/Berln", {"Europe/Berln", "does not exist"}},
      {"Europe/Berlin", "../../etc/passwd", {"does not exist"}},
      {"Europe/Berlin", "zone.tab", {"does not exist"}},
      {"Europe/Berlin", "Europe", {"does not exist"}},
      {"Europe/Berlin", "posix/Europe/Berlin", {"does not exist"}},
      {"sqlite:data/ledger.db", "mysql:x", {"url", "sqlite:FILE"}},
      {"sqlite:data/ledger.db", "postgresql://me:secret@db/recycled", {"url", "passfile"}},
      {"sqlite:data/ledger.db", "postgresql://db/recycled?user=me&password=x", {"url", "passfile"}},
      {"[store]", "[store]\nlease = \"11m\"", {"lease", "10m"}},
      {"[account]", "machine = \"\"\n[account]", {"[store]", "machine is empty"}},
      {"mid = \"m\"\n", "", {"\"ff\"", "mid is missing"}},
      {"mid = \"m\"", "mid = \"\"", {"mid is empty"}},
      {"app_key_file = \"secrets/key\"\n", "", {"app_key_file is missing"}},
      {"\"live\"", "\"production\"", {"environment", "\"sandbox\" or \"live\""}},
      {"id = \"nmi_2\"", "id = \"nmi_1\"", {"already taken"}},
      {"[\"nmi_1\"]", "[\"nmi1\"]", {"\"nmi1\"", "Did you mean \"nmi_1\""}},
      {"[\"nmi_1\"]", "\"nmi_1\"", {"apply_to_gateways", "list"}},
      {"days = 3", "days = -1", {"days is -1", "0 to 365"}},
      {"days = 3", "reduction = 5.00", {"reduction", "text"}},
      {"days = 3", "reduction = \"5.001\"", {"reduction", "5.001"}},
      {"number = 4", "number = 10", {"number is 10", "1 to 9"}},
      {"[account]", "[schedule]\nwhen_unknown = \"guess\"\n[account]", {"\"look_up\""}},
      {"[account]", "[limits]\nfailures_to_rest = 0\n[account]", {"failures_to_rest"}},
      {"mid = \"m\"", "mid = \"m\"\nrequests_per_second = 0", {"1 to 100000"}},
      {"mid = \"m\"", "mid = \"m\"\nin_flight = 1001", {"in_flight", "1 to 1000"}},
      {"kind = \"nmi\"", "kind = \"nmi\"\ncascade = \"c\"", {"\"c\"", "cascade_profile"}},
      {"mid = \"m\"", "mid = \"m\"\nbase_url = \"ftp://x/\"", {"base_url", "https://"}},
      {"mid = \"m\"", "mid = \"m\"\nbase_url = \"http://api.example.com/\"", {"plain HTTP"}},
      {"[store]", "[store]\nretention = \"40000d\"", {"retention", "36500d"}},
      {"[store]", "[store]\nretention = 400", {"retention", "a text"}},
      {"[account]", "[schedule]\nscan_every = \"often\"\n[account]", {"\"often\"", "90s"}},
      {"[account]", "[schedule]\nrepeat_window = \"25h\"\n[account]", {"repeat_window", "to 1d"}},
      {"[account]", "[schedule]\nlate_success = \"no\"\n[account]", {"\"accept\" or \"hold\""}},
      {"[account]", "[schedule]\nfirst_inquiry = \"2d\"\n[account]", {"longest_inquiry"}},
      {"[account]", "[limits]\nin_flight = 0\n[account]", {"in_flight", "1 to 1000"}},
      {"[account]", "[limits]\nhand_overs_per_day = -1\n[account]", {"hand_overs_per_day"}},
      {"[account]",
       "[limits]\namount_per_day = { USD = \"1.005\" }\n[account]",
       {"amount_per_day", "USD", "\"1.005\"", "{ USD = \"10000.00\" }"}},
      {"[account]", "[limits]\namount_per_run = { JPY = \"0\" }\n[account]", {"JPY", "above 0"}},
      {"[account]",
       "[limits]\namount_per_run = { USB = \"1.00\" }\n[account]",
       {"amount_per_run", "\"USB\"", "ISO 4217"}},
      {"[account]", "[limits]\nbreaker_results = 9\n[account]", {"breaker_results", "10 to 1000"}},
      {"[account]", "[limits]\nbreaker_refused = 0\n[account]", {"breaker_refused", "1 to 100"}},
      {"[account]", "[callbacks]\nlisten = \"8443\"\n[account]", {"HOST:PORT"}},
      {"[account]", "[callbacks]\nlisten = \"h:65536\"\n[account]", {"HOST:PORT"}},
      {"[account]", "[callbacks]\ntls = { certificate = \"c\" }\n[account]", {"private_key"}},
      {"[account]", "[callbacks]\npublic_host = \"x.example\"\n[account]", {"hmac_signing_key"}},
      {"[account]", "[[decline_mapping]]\nmaps_to = \"soft\"\n[account]", {"every decline"}},
      {"[account]", "[[decline_mapping]]\nmessage = \"x\"\n[account]", {"maps_to is missing"}},
      {"[account]",
       "[[decline_mapping]]\ngateway = \"x\"\nmaps_to = \"soft\"\n[account]",
       {"\"x\""}},
      {"[account]",
       "[[decline_mapping]]\ngateway_kind = \"x\"\nmaps_to = \"soft\"\n[account]",
       {"kind \"x\""}},
      {"[[recycle_profile]]", "[recycle_profile]", {"a table", "[[recycle_profile]]"}},
  });
}

TEST_CASE("a problem shows no character that a terminal would obey") {
  const auto problems = refused(with("[account]", "\"x\\u001b[31m\\n\" = 1\n[account]"));
  REQUIRE(problems.size() == 1);
  const std::string told = describe(problems[0], "/etc/recycled.toml");
  CHECK(told.find('\x1b') == std::string::npos);
  CHECK(told.find('\n') == std::string::npos);
  CHECK(told.find("x?[31m?") != std::string::npos);
}

TEST_CASE("events: an address that can be trusted, a secret that stays outside, sane times") {
  const auto wrong = [](const char* keys, std::vector<const char*> said) {
    return Spoilt{"[account]", keys, std::move(said)};
  };
  check_all({
      wrong("[events]\nurl = \"https://a.example/\"\n[account]", {"[events]", "secret_files"}),
      wrong("[events]\nurl = \"shop.example\"\nsecret_files = [\"s\"]\n[account]",
            {"\"shop.example\"", "https://"}),
      wrong("[events]\nurl = \"http://shop.example/\"\nsecret_files = [\"s\"]\n[account]",
            {"plain HTTP"}),
      wrong("[events]\nurl = \"https://a.example/#b\"\nsecret_files = [\"s\"]\n[account]",
            {"fragment"}),
      wrong("[events]\nsecret_files = [\"s\"]\n[account]", {"secret_files", "no url"}),
      wrong("[events]\nca_file = \"s\"\n[account]", {"ca_file", "no url"}),
      wrong("[events]\njsonl_file = \"\"\n[account]", {"jsonl_file is empty"}),
      wrong("[events]\ntimeout = \"6m\"\n[account]", {"timeout", "5m"}),
      wrong("[events]\ngive_up_after = \"31d\"\n[account]", {"give_up_after", "30d"}),
      wrong("[events]\nfirst_backoff = \"2h\"\n[account]", {"first_backoff", "1h"}),
      wrong("[events]\nlongest_backoff = \"2s\"\n[account]", {"longest_backoff", "shorter"}),
      wrong("[events]\nin_flight = 101\n[account]", {"in_flight", "1 to 100"}),
      wrong("[events]\njsonl = \"e\"\n[account]", {"\"jsonl\"", "\"jsonl_file\""}),
  });
  const auto leaked = refused(with("[account]", "[events]\nsecret = \"hush-hush\"\n[account]"));
  REQUIRE(leaked.size() == 1);
  CHECK(mentions(leaked, "secret_files"));
  CHECK_FALSE(mentions(leaked, "hush-hush"));
}

TEST_CASE("the local API is open to this machine alone, and to nobody without a token") {
  for (const char* listen : {"0.0.0.0:8080", "192.168.1.5:8080", "[::]:8080", "localhost:8080",
                             "8080", "127.0.0.1", "127.0.0.1:65536", "unix:"}) {
    CAPTURE(std::string(listen));
    const std::string section =
        "[api]\ntoken_file = \"t\"\nlisten = \"" + std::string(listen) + "\"\n[account]";
    const auto problems = refused(with("[account]", section));
    REQUIRE(problems.size() == 1);
    for (const char* said : {listen, "this machine", "127.0.0.1:8080", "unix:/run/recycled/"}) {
      CHECK(mentions(problems, said));
    }
  }
  check_all({
      {"[account]", "[api]\nlisten = \"127.0.0.1:8080\"\n[account]", {"token_file is missing"}},
      {"[account]", "[metrics]\nfile = \"m.txt\"\n[account]", {"does not end in .prom"}},
      {"[account]", "[metrics]\nfiles = \"m.prom\"\n[account]", {"\"files\""}},
      {"[account]", "[api]\ntoken_file = \"t\"\ntoken = \"x\"\n[account]", {"\"token\""}},
      {"[account]", "[limits]\napi_bytes = 1000\n[account]", {"api_bytes", "1024 to"}},
      {"[account]", "[limits]\napi_deadline = \"1ms\"\n[account]", {"api_deadline"}},
      {"[account]", "[limits]\napi_connections = 0\n[account]", {"api_connections", "1 to"}},
  });
}

TEST_CASE("the public host is a host and not an address") {
  const auto problems = refused("[callbacks]\npublic_host = \"https://callbacks.example.com\"\n");
  REQUIRE(problems.size() == 1);
  CHECK(mentions(problems, "more than a host"));
}

TEST_CASE("an unknown key is refused at every level with the nearest known one") {
  check_all({
      {"[account]", "[acount]\n[account]", {"\"acount\"", "\"account\""}},
      {"time_zone =", "timezone = \"UTC\"\ntime_zone =", {"\"timezone\"", "\"time_zone\""}},
      {"kind = \"nmi\"", "kind = \"nmi\"\ncascde = \"x\"", {"\"cascde\"", "\"cascade\""}},
      {"days = 3", "days = 3\nskp = true", {"\"skp\"", "\"skip\""}},
      {"days = 3", "days = 3\nzzzzzzzz = true", {"\"zzzzzzzz\"", "Remove it"}},
  });
}

TEST_CASE("all problems come at once and in the order of the lines") {
  const auto problems = refused(R"toml([account]
time_zon = "UTC"
[[gateway]]
id = "nmi"
kind = "nmi"
[[gateway]]
id = "a"
kind = "flexfactor"
mid = "m"
site_id = "s"
app_key_file = "k"
app_secret = "x"
app_secret_file = "f"
expiry_days = 0
[[gateway]]
id = "b"
kind = "flexfactor"
mid = "m"
site_id = "s"
app_key_file = "k"
app_secret_file = "f"
expiry_days = 22
[[recycle_profile]]
id = "one"
apply_to_gateways = ["nmi"]
gateway_1_3 = "a"
[[recycle_profile]]
id = "two"
apply_to_gateways = ["nmi"]
)toml");
  const std::vector<int> lines{2, 12, 14, 22, 26, 29};
  REQUIRE(problems.size() == lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(problems[i].line == lines[i]);
  CHECK(
      describe(problems[2], "recycled.toml").starts_with("recycled.toml:14: [[gateway]] \"a\": "));
}

TEST_CASE("base_url overrides the environment and ends in a slash") {
  const auto local = with("mid = \"m\"", "mid = \"m\"\nbase_url = \"http://127.0.0.1:8080/v1\"");
  CHECK(accepted(local).accounts.at(GatewayId("ff")).base_url == "http://127.0.0.1:8080/v1/");
  const auto sandbox = with("environment = \"live\"\n", "");
  CHECK(accepted(sandbox).accounts.at(GatewayId("ff")).base_url ==
        "https://api-sandbox.flexfactor.io/v1/");
}

TEST_CASE("plain HTTP is for loopback hosts and not for those that look like one") {
  for (const std::string url :
       {"http://localhost:1/", "http://[::1]:8080/v1/", "http://127.0.0.1/"}) {
    CAPTURE(url);
    accepted(with("mid = \"m\"", "mid = \"m\"\nbase_url = \"" + url + "\""));
  }
  for (const std::string url :
       {"http://localhost.example.com/", "http://127.0.0.1@evil.example/", "http://10.0.0.1/"}) {
    CAPTURE(url);
    CHECK(mentions(refused(with("mid = \"m\"", "mid = \"m\"\nbase_url = \"" + url + "\"")),
                   "plain HTTP"));
  }
}

TEST_CASE("X4: a card number in a config is not repeated in the problem it makes") {
  const auto problems = refused(with("gateway_4_6 = \"ff\"", "gateway_4_6 = \"4000002760003184\""));
  CHECK(mentions(problems, "****************"));
  CHECK_FALSE(mentions(problems, "4000002760003184"));
}

TEST_CASE("the nearest word is found by edit distance") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("midle", "middle") == 1);
  CHECK(edit_distance("tiem", "time") == 1);
  CHECK(nearest("expirydays", {"mid", "expiry_days"}) == "expiry_days");
  CHECK(nearest("qqqq", {"mid", "expiry_days"}) == std::nullopt);
  CHECK(nearest("x", {}) == std::nullopt);
}

}  // namespace recycled::config
