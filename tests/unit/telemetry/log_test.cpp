#include "telemetry/log.hpp"

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace recycled::telemetry {
namespace {

using Json = nlohmann::ordered_json;

class StoppedClock final : public ports::Clock {
 public:
  Instant now() const override { return at; }
  Instant at = *parse_instant("2026-11-23T09:30:00.120Z");
};

struct Written {
  explicit Written(Format format, ports::Level minimum = ports::Level::debug)
      : log(out, format, RunId("r1"), clock, minimum) {}

  std::vector<std::string> lines() const {
    std::vector<std::string> made;
    std::istringstream in(out.str());
    for (std::string line; std::getline(in, line);) made.push_back(line);
    return made;
  }

  StoppedClock clock;
  std::ostringstream out;
  Log log;
};

// Every text field holds the same text.
ports::Event event_full_of(ports::EventName name, const std::string& text) {
  ports::Event made(name);
  made.recovery = text;
  made.subscription = text;
  made.order = text;
  made.gateway = text;
  made.provider_order = text;
  made.reason = text;
  made.reattempt = 4;
  made.amount = Money{8096, *Currency::parse("USD")};
  made.count = 3;
  made.took = Millis(250);
  return made;
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> made;
  for (const auto& [key, value] : object.items()) made.push_back(key);
  return made;
}

constexpr Format formats[] = {Format::json, Format::text, Format::journal};

}  // namespace

TEST_CASE("a full event has exactly the fields of the interface in their order") {
  Written written(Format::json);
  written.log.note(event_full_of(ports::EventName::recovery_claimed, "x"));
  REQUIRE(written.lines().size() == 1);
  const auto line = Json::parse(written.lines()[0]);
  CHECK(keys_of(line) == std::vector<std::string>{"ts", "level", "event", "run", "recovery",
                                                  "subscription", "order", "gateway", "reattempt",
                                                  "amount", "currency", "provider_order", "reason",
                                                  "count", "ms"});
  CHECK(line["ts"] == "2026-11-23T09:30:00.120Z");
  CHECK(line["level"] == "info");
  CHECK(line["event"] == "recovery.claimed");
  CHECK(line["run"] == "r1");
  CHECK(line["reattempt"] == 4);
  CHECK(line["amount"] == "80.96");
  CHECK(line["currency"] == "USD");
  CHECK(line["count"] == 3);
  CHECK(line["ms"] == 250);
}

TEST_CASE("the time has its milliseconds on a full second too") {
  Written written(Format::json);
  written.clock.at = *parse_instant("2026-11-23T09:30:00Z");
  written.log.note(ports::Event(ports::EventName::scan_done));
  CHECK(Json::parse(written.lines().at(0))["ts"] == "2026-11-23T09:30:00.000Z");
}

TEST_CASE("a summary has its figures by name for jq and as one line for a person") {
  ports::Event event(ports::EventName::run_summary);
  event.reason = "run";
  event.figures = ports::RunCounts();
  event.figures->scanned = 12;
  event.figures->claimed = 10;
  event.figures->held[billing::NotTaken::no_card] = 2;
  event.figures->became[billing::RecoveryState::recovered] = 1;
  event.figures->recovered[*Currency::parse("JPY")] = 700;
  Written json(Format::json);
  json.log.note(event);
  const auto line = Json::parse(json.lines().at(0));
  CHECK(keys_of(line) ==
        std::vector<std::string>{
            "ts",       "level", "event",    "run",       "reason",    "scanned",   "taken",
            "excluded", "sent",  "pending",  "recovered", "failed",    "withdrawn", "refund_due",
            "parked",   "calls", "answered", "callbacks", "delivered", "pruned",    "amounts"});
  CHECK(line["taken"] == 10);
  CHECK(line["excluded"] == Json{{"no_card", 2}});
  CHECK(line["failed"] == 0);
  CHECK(line["amounts"] == Json{{"taken", Json::object()}, {"recovered", {{"JPY", "700"}}}});
  Written text(Format::text);
  text.log.note(event);
  CHECK(text.lines().at(0) ==
        "2026-11-23T09:30:00.120Z info run.summary reason=run: scanned 12, taken 10, excluded 2 "
        "(no_card 2), sent 0, pending 0, recovered 1 (JPY 700), failed 0, parked 0, calls 0");
}

TEST_CASE("absent fields are left out and zero is not absent") {
  Written written(Format::json);
  ports::Event event(ports::EventName::scan_done);
  written.log.note(event);
  event.count = 0;
  written.log.note(event);
  CHECK(keys_of(Json::parse(written.lines().at(0))) ==
        std::vector<std::string>{"ts", "level", "event", "run"});
  CHECK(Json::parse(written.lines().at(1))["count"] == 0);
}

TEST_CASE("an amount is a decimal of its currency") {
  Written written(Format::json);
  ports::Event event(ports::EventName::recovery_claimed);
  event.amount = Money{500, *Currency::parse("JPY")};
  written.log.note(event);
  CHECK(Json::parse(written.lines().at(0))["amount"] == "500");
}

TEST_CASE("every event of the table prints its name and level on one line in every format") {
  for (const Format format : formats) {
    Written written(format);
    for (const ports::EventRow& row : ports::event_table) written.log.note(ports::Event(row.name));
    const auto lines = written.lines();
    REQUIRE(lines.size() == ports::event_table.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CAPTURE(lines[i]);
      CHECK(lines[i].find(ports::event_table[i].text) != std::string::npos);
    }
  }
}

TEST_CASE("text for a terminal is short and quotes only what needs it") {
  Written written(Format::text);
  ports::Event event(ports::EventName::recovery_parked);
  event.subscription = "S1";
  event.amount = Money{8096, *Currency::parse("USD")};
  event.reason = "asked for a \"challenge\"";
  written.log.note(event);
  CHECK(written.out.str() ==
        "2026-11-23T09:30:00.120Z error recovery.parked subscription=S1 amount=80.96 currency=USD "
        "reason=\"asked for a \\\"challenge\\\"\"\n");
}

TEST_CASE("journald is told the level and JSON lines have no prefix") {
  Written journal(Format::journal);
  for (const auto name : {ports::EventName::scan_done, ports::EventName::run_started,
                          ports::EventName::callback_refused, ports::EventName::store_failed}) {
    journal.log.note(ports::Event(name));
  }
  const auto lines = journal.lines();
  REQUIRE(lines.size() == 4);
  const char* const prefixes[] = {"<7>", "<6>", "<4>", "<3>"};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].substr(0, 3) == prefixes[i]);
    CHECK(keys_of(Json::parse(lines[i].substr(3))) ==
          std::vector<std::string>{"ts", "level", "event", "run"});
  }
  Written json(Format::json);
  json.log.note(ports::Event(ports::EventName::store_failed));
  CHECK(json.out.str().starts_with("{"));
}

TEST_CASE("events below the minimum are dropped and those at it are not") {
  Written written(Format::text, ports::Level::warning);
  written.log.note(ports::Event(ports::EventName::scan_done));
  written.log.note(ports::Event(ports::EventName::run_started));
  CHECK(written.lines().empty());
  written.log.note(ports::Event(ports::EventName::callback_refused));
  written.log.note(ports::Event(ports::EventName::store_failed));
  CHECK(written.lines().size() == 2);
}

TEST_CASE("levels are read as they are written") {
  for (const char* text : {"debug", "info", "warning", "error"}) {
    const auto level = parse_level(text);
    REQUIRE(level.has_value());
    CHECK(to_text(*level) == text);
  }
  CHECK_FALSE(parse_level("INFO").has_value());
  CHECK_FALSE(parse_level("").has_value());
}

TEST_CASE("L25: no card number or key or token leaves through any field of any event") {
  const std::string card = "4000002760003184";
  const std::string key = "c2VjcmV0LXNpZ25pbmcta2V5LW9mLWZpZnR5LWJ5dGVz";
  const std::string token = "eyJhbGciOiJIUzI1NiJ9.e30.ZRrHA1JJJW8opsbCGfG";
  const std::string canary = "card " + card + " key " + key + " token " + token + " end";
  for (const Format format : formats) {
    Written written(format);
    written.log.hide(key);
    written.log.hide(token);
    for (const ports::EventRow& row : ports::event_table) {
      written.log.note(event_full_of(row.name, canary));
    }
    const std::string all = written.out.str();
    CHECK(written.lines().size() == ports::event_table.size());
    CHECK(all.find(card) == std::string::npos);
    CHECK(all.find(key) == std::string::npos);
    CHECK(all.find(token) == std::string::npos);
    // What the canary scan reads was really there.
    CHECK(all.find("card **************** key [hidden] token [hidden] end") != std::string::npos);
  }
}

TEST_CASE("L25: the run's own name is redacted too") {
  StoppedClock clock;
  std::ostringstream out;
  Log log(out, Format::json, RunId("4000002760003184"), clock);
  log.note(ports::Event(ports::EventName::run_started));
  CHECK(Json::parse(out.str())["run"] == "****************");
}

TEST_CASE("hostile text stays inside its field on its line") {
  const std::string hostile = "a\n{\"event\":\"run.ended\"}\"\\\x1b[2J\xff\xe2\x80\xae";
  for (const Format format : formats) {
    Written written(format);
    written.log.note(event_full_of(ports::EventName::callback_refused, hostile));
    CHECK(written.lines().size() == 1);
    CHECK(written.out.str().find('\x1b') == std::string::npos);
  }
  Written json(Format::json);
  json.log.note(event_full_of(ports::EventName::callback_refused, hostile));
  const auto line = Json::parse(json.lines().at(0));
  CHECK(line["event"] == "callback.refused");
  CHECK(line["reason"] == "a\\x0a{\"event\":\"run.ended\"}\"\\\\x1b[2J\\xff\\xe2\\x80\\xae");
}

TEST_CASE("a sink that cannot be written to does not stop the program") {
  Written written(Format::json);
  written.out.setstate(std::ios::badbit);
  CHECK_NOTHROW(written.log.note(ports::Event(ports::EventName::run_started)));
  written.out.clear();
  written.out.exceptions(std::ios::badbit);
  CHECK_THROWS(written.out.setstate(std::ios::badbit));
  CHECK_NOTHROW(written.log.note(ports::Event(ports::EventName::run_started)));
}

TEST_CASE("lines of several threads are never mixed") {
  Written written(Format::json);
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&written] {
      for (int i = 0; i < 200; ++i) {
        written.log.note(event_full_of(ports::EventName::recovery_claimed, "some text"));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  REQUIRE(written.lines().size() == 800);
  for (const std::string& line : written.lines()) CHECK(Json::accept(line));
}

}  // namespace recycled::telemetry
