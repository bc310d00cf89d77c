#include "report/online_check.hpp"

#include <doctest/doctest.h>

#include "fake_ledger.hpp"

namespace recycled::report {

namespace {

TokenFacts granted() {
  TokenFacts facts;
  facts.gateway = "ff";
  facts.asked_at = instant("2026-11-23T09:00:00.200Z");
  facts.answered_at = instant("2026-11-23T09:00:00.400Z");
  facts.date = instant("2026-11-23T09:00:00Z");
  return facts;
}

Finding clock_at(const char* date) {
  auto facts = granted();
  facts.date = instant(date);
  const auto found = judge_clock(facts, std::chrono::minutes(5));
  REQUIRE(found);
  return *found;
}

bool says(const Finding& finding, const std::string& text) {
  return finding.says.find(text) != std::string::npos;
}

constexpr std::uint64_t mebibyte = 1024 * 1024;

}  // namespace

TEST_CASE("online: a token is granted, refused or out of reach") {
  auto facts = granted();
  CHECK(judge_token(facts).verdict == Verdict::ok);
  CHECK(says(judge_token(facts), "200ms"));
  const auto verdict = [&facts](int status) {
    facts.why = "HTTP";
    facts.http_status = status;
    const auto found = judge_token(facts);
    CHECK_FALSE(found.to_do.empty());
    CHECK(found.gateway == "ff");
    return found.verdict;
  };
  for (const int status : {400, 401, 403, 404, 422}) CHECK(verdict(status) == Verdict::problem);
  for (const int status : {0, 200, 302, 408, 429, 500, 503}) {
    CHECK(verdict(status) == Verdict::unreachable);
  }
}

TEST_CASE("online: a clock is judged by what the call's own time does not explain") {
  CHECK(clock_at("2026-11-23T09:00:00Z").verdict == Verdict::ok);
  CHECK(says(clock_at("2026-11-23T09:00:00Z"), "agrees"));
  CHECK(clock_at("2026-11-23T09:00:05Z").verdict == Verdict::ok);  // 4.6 s
  CHECK(clock_at("2026-11-23T09:00:06Z").verdict == Verdict::warning);
  CHECK(says(clock_at("2026-11-23T09:00:06Z"), "5s600ms behind"));
  CHECK(clock_at("2026-11-23T08:59:54Z").verdict == Verdict::warning);
  CHECK(says(clock_at("2026-11-23T08:59:54Z"), "5s200ms ahead of"));
  CHECK(clock_at("2026-11-23T09:05:00Z").verdict == Verdict::warning);
  CHECK(clock_at("2026-11-23T09:05:01Z").verdict == Verdict::problem);
  CHECK(clock_at("2026-11-23T08:54:58Z").verdict == Verdict::problem);
  auto silent = granted();
  silent.date.reset();
  CHECK(judge_clock(silent, Millis(1))->verdict == Verdict::warning);
  silent.why = "connection refused";
  CHECK_FALSE(judge_clock(silent, Millis(1)));
  silent.http_status = 400;  // a refusal has a date too
  CHECK(judge_clock(silent, Millis(1)));
}

TEST_CASE("online: the callback host and what listens for it") {
  config::CallbackSettings callbacks;
  const Resolved found = std::vector<std::string>{"192.0.2.1", "192.0.2.2"};
  const Resolved none = fail(Fault::unavailable, "no such host");
  CHECK(judge_host(callbacks, none).verdict == Verdict::warning);
  callbacks.public_host = "callbacks.example.com";
  CHECK(judge_host(callbacks, none).verdict == Verdict::problem);
  CHECK(says(judge_host(callbacks, none), "no such host"));
  CHECK(judge_host(callbacks, found).verdict == Verdict::ok);
  CHECK(says(judge_host(callbacks, found), "192.0.2.1, 192.0.2.2"));
  CHECK(says(judge_host(callbacks, found), "https://callbacks.example.com/flexfactor/callbacks"));

  const auto listen = [&callbacks](const char* address) {
    callbacks.listen = address;
    return judge_listen(callbacks, {}).verdict;
  };
  CHECK(listen("127.0.0.1:8443") == Verdict::ok);
  CHECK(listen("[::1]:8443") == Verdict::ok);
  CHECK(listen("0.0.0.0:8443") == Verdict::warning);
  CHECK(listen("127.0.0.1:0") == Verdict::warning);
  const auto taken = judge_listen(callbacks, fail(Fault::busy, "in use"));
  CHECK(taken.verdict == Verdict::warning);
  const auto not_ours = judge_listen(callbacks, fail(Fault::invalid, "listen on 192.0.2.1:1: no"));
  CHECK(not_ours.verdict == Verdict::problem);
  CHECK(says(not_ours, "192.0.2.1:1"));
  callbacks.tls = config::TlsFiles{"chain.pem", "key.pem"};
  CHECK(listen("0.0.0.0:8443") == Verdict::ok);
  CHECK(listen("127.0.0.1:8443") == Verdict::warning);
}

TEST_CASE("online: where the local API listens") {
  CHECK(judge_api("127.0.0.1:8080", {}).verdict == Verdict::ok);
  CHECK(judge_api("unix:/run/recycled/api.sock", {}).verdict == Verdict::ok);
  CHECK(judge_api("127.0.0.1:0", {}).verdict == Verdict::warning);
  const auto taken = judge_api("127.0.0.1:8080", fail(Fault::busy, "in use"));
  CHECK(taken.verdict == Verdict::warning);
  CHECK(says(taken, "127.0.0.1:8080 is in use"));
  // As long as the service does not run, so it is with the README's own socket.
  const auto not_yet = judge_api("unix:/run/recycled/api.sock", fail(Fault::not_found, "no"));
  CHECK(not_yet.verdict == Verdict::warning);
  CHECK(says(not_yet, "not there yet"));
  CHECK(not_yet.to_do.find("start the service") != std::string::npos);
  CHECK(judge_api("unix:/nowhere/api.sock", fail(Fault::not_found, "no")).verdict ==
        Verdict::problem);
  const auto nowhere = judge_api("unix:/nowhere/api.sock", fail(Fault::invalid, "no such folder"));
  CHECK(nowhere.verdict == Verdict::problem);
  CHECK(says(nowhere, "no such folder"));
}

TEST_CASE("online: disk and ledger") {
  const auto disk = [](std::uint64_t free, std::uint64_t ledger) {
    return judge_disk("/var/lib/recycled", free * mebibyte, ledger * mebibyte).verdict;
  };
  CHECK(disk(5000, 100) == Verdict::ok);
  CHECK(disk(1023, 100) == Verdict::warning);
  CHECK(disk(5000, 5001) == Verdict::warning);  // no room for a copy of it
  CHECK(disk(99, 0) == Verdict::problem);
  using Wrong = Result<std::vector<std::string>>;
  CHECK(judge_ledger("l.db", Wrong(std::vector<std::string>{})).verdict == Verdict::ok);
  CHECK(judge_ledger("l.db", Wrong(std::vector<std::string>{"page 7"})).verdict ==
        Verdict::problem);
  CHECK(judge_ledger("l.db", Wrong(fail(Fault::not_found, "none"))).verdict == Verdict::warning);
  CHECK(judge_ledger("l.db", Wrong(fail(Fault::store, "not a database"))).verdict ==
        Verdict::problem);
}

TEST_CASE("online: the worst counts, and each is a line") {
  std::vector<Finding> findings;
  CHECK(worst(findings) == Verdict::ok);
  findings.push_back({Verdict::warning, "disk", "", "little room", "make room"});
  findings.push_back({Verdict::problem, "token", "ff\n", "refused", "copy it anew"});
  CHECK(worst(findings) == Verdict::problem);
  findings.push_back({Verdict::unreachable, "token", "other", "time-out", ""});
  CHECK(worst(findings) == Verdict::unreachable);
  CHECK(to_text(findings) ==
        "warning     disk: little room. To do: make room.\n"
        "problem     token of ff?: refused. To do: copy it anew.\n"
        "unreachable token of other: time-out.\n");
  const std::string json = to_json(findings, "c.toml");
  CHECK(json.find("\"verdict\": \"warning\"") != std::string::npos);
  CHECK(json.find("\"gateway\": null") != std::string::npos);
}

}  // namespace recycled::report
