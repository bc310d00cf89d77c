// Where secrets are: plain files, systemd credentials, signing keys with the dates of a rotation.
#include <doctest/doctest.h>

#include "crypto/secret_file.hpp"
#include "fixture.hpp"

namespace recycled::config {

using namespace fixture;

namespace {

const FlexFactorAccount& account_of(const Settings& settings) {
  return settings.accounts.at(GatewayId("ff"));
}

std::string with_keys(const std::string& list) {
  return with("mid = \"m\"", "mid = \"m\"\nhmac_signing_key_files = " + list);
}

std::string as_credential() { return with("\"secrets/key\"", "\"credential:app_key\""); }

}  // namespace

TEST_CASE("S1: a credential is looked for in the folder that systemd names") {
  const auto loaded = parse(as_credential(), "/etc/recycled/recycled.toml", "/run/credentials/r");
  REQUIRE(loaded.has_value());
  const crypto::SecretFile& key = account_of(*loaded).app_key_file;
  CHECK(key == crypto::SecretFile("/run/credentials/r/app_key", crypto::Kept::credential));
  CHECK(account_of(*loaded).app_secret_file.kept == crypto::Kept::private_file);
}

TEST_CASE("S1: without systemd the config still loads and the credential is a problem of its own") {
  Settings settings = accepted(as_credential());
  CHECK(account_of(settings).app_key_file.path == "credential:app_key");
  const auto problems = check_secret_files(settings);
  CHECK(mentions(problems, "credential:app_key"));
  CHECK(mentions(problems, "LoadCredential="));
}

TEST_CASE("S1: a credential's name leads nowhere else") {
  for (const std::string name : {"", "../app_key", "a/b", "..", "/etc/passwd"}) {
    CAPTURE(name);
    const auto problems = refused(with("\"secrets/key\"", "\"credential:" + name + "\""));
    REQUIRE(problems.size() == 1);
    CHECK(mentions(problems, "names no credential"));
    CHECK(problems[0].line > 0);
  }
}

TEST_CASE("L15: signing keys are files with or without dates") {
  const Settings settings = accepted(
      with_keys("[\"secrets/plain\", { file = \"credential:new\", from = \"2026-12-01\" },\n"
                "{ file = \"old\", from = \"2026-01-01\", until = \"2027-01-01\" }]"));
  const auto& keys = account_of(settings).hmac_signing_key_files;
  REQUIRE(keys.size() == 3);
  CHECK(keys[0].file.path == "/etc/recycled/secrets/plain");
  CHECK_FALSE(keys[0].from);
  CHECK_FALSE(keys[0].until);
  CHECK(keys[1].file.kept == crypto::Kept::credential);
  CHECK(keys[1].from == parse_date("2026-12-01"));
  CHECK_FALSE(keys[1].until);
  CHECK(keys[2].until == parse_date("2027-01-01"));
}

TEST_CASE("L15: what is wrong with a dated signing key is said with its line") {
  const std::pair<const char*, const char*> cases[] = {
      {"\"secrets/plain\"", "a list"},
      {"[7]", "names no file"},
      {"[\"\"]", "names no file"},
      {"[{ from = \"2026-12-01\" }]", "file is missing"},
      {"[{ file = \"k\", from = \"1.12.2026\" }]", "is not a date"},
      {"[{ file = \"k\", from = \"2026-02-30\" }]", "is not a date"},
      {"[{ file = \"k\", from = \"2026-12-01\", until = \"2026-12-01\" }]", "never counts"},
      {"[{ file = \"k\", from = \"2026-12-02\", until = \"2026-12-01\" }]", "never counts"},
      {"[{ file = \"k\", form = \"2026-12-01\" }]", "\"from\""},
  };
  for (const auto& [list, said] : cases) {
    CAPTURE(std::string(list));
    const auto problems = refused(with_keys(list));
    REQUIRE(problems.size() == 1);
    CHECK_MESSAGE(mentions(problems, said), describe(problems[0], "config"));
    CHECK(problems[0].line > 0);
  }
}

TEST_CASE("L15: every signing key file is checked") {
  Settings settings = accepted(with_keys("[\"/absent/one\", { file = \"/absent/two\" }]"));
  const auto problems = check_secret_files(settings);
  CHECK(mentions(problems, "/absent/one"));
  CHECK(mentions(problems, "/absent/two"));
}

TEST_CASE("L15: an account none of whose keys counts today is a problem where callbacks come") {
  const std::string keys = with_keys(
      "[{ file = \"a\", until = \"2026-12-01\" }, { file = \"b\", from = \"2026-12-03\" }]");
  const Settings settings = accepted(keys + "[callbacks]\npublic_host = \"h.example\"\n");
  CHECK(check_signing_days(settings, *parse_date("2026-11-30")).empty());
  CHECK(check_signing_days(settings, *parse_date("2026-12-03")).empty());
  for (const char* day : {"2026-12-01", "2026-12-02"}) {
    const auto problems = check_signing_days(settings, *parse_date(day));
    REQUIRE(problems.size() == 1);
    CHECK(mentions(problems, "\"ff\""));
    CHECK(mentions(problems, day));
  }
  CHECK(check_signing_days(accepted(keys), *parse_date("2026-12-01")).empty());
}

TEST_CASE("limits of the callback listener have their ranges") {
  const std::pair<const char*, const char*> cases[] = {
      {"callback_header_bytes = 100", "1024 to 1048576"},
      {"callback_deadline = \"50ms\"", "100ms to 5m"},
      {"callback_connections = 0", "1 to 10000"},
  };
  for (const auto& [line, said] : cases) {
    const auto problems = refused(good + "[limits]\n" + line + "\n");
    REQUIRE(problems.size() == 1);
    CHECK(mentions(problems, said));
  }
}

}  // namespace recycled::config
