#include "engine/summary.hpp"

#include "fixture.hpp"

namespace recycled::engine {
namespace {

using std::chrono::minutes;

struct SummaryBench : Bench {
  // What the lines so far say was scanned.
  std::vector<std::int64_t> lines() const {
    std::vector<std::int64_t> made;
    for (const ports::Event& event : events.events) {
      CHECK(event.name == ports::EventName::run_summary);
      CHECK(event.reason == "pass");
      REQUIRE(event.figures.has_value());
      made.push_back(event.figures->scanned);
    }
    return made;
  }

  Tally tally;
};

}  // namespace

TEST_CASE("passes are summed up once a gap, each line what is new, and a quiet log once an hour") {
  SummaryBench bench;
  PassSummaries summaries(bench.context, bench.tally, minutes(1));
  bench.tally.scanned = 3;
  summaries.look();  // within the first minute
  CHECK(bench.lines().empty());
  bench.clock.at += minutes(1);
  summaries.look();
  CHECK(bench.lines() == std::vector<std::int64_t>{3});
  bench.clock.at += minutes(59);
  summaries.look();  // nothing new
  CHECK(bench.lines().size() == 1);
  bench.clock.at += minutes(1);
  CHECK(summaries.next() == bench.clock.at);
  summaries.look();  // an hour's silence
  CHECK(bench.lines() == std::vector<std::int64_t>{3, 0});
  bench.tally.scanned = 7;
  summaries.finish();  // no time is waited for
  summaries.finish();
  CHECK(bench.lines() == std::vector<std::int64_t>{3, 0, 4});
  CHECK(summary_of_run(bench.tally).reason == "run");
  CHECK(summary_of_run(bench.tally).figures->scanned == 7);
}

TEST_CASE("what is looked at again and left as it is makes no line of its own") {
  SummaryBench bench;
  PassSummaries summaries(bench.context, bench.tally, minutes(1));
  for (int pass = 0; pass < 3; ++pass) {
    bench.tally.scanned += 5;
    bench.tally.put_off["ceiling"] += 5;
    bench.clock.at += minutes(1);
    summaries.look();
  }
  CHECK(bench.lines().empty());
  bench.tally.scanned += 1;
  summaries.look();
  CHECK(bench.lines() == std::vector<std::int64_t>{16});
}

TEST_CASE("a gap of a day does not silence the summaries for longer than an hour") {
  SummaryBench bench;
  PassSummaries summaries(bench.context, bench.tally, std::chrono::hours(24));
  bench.tally.scanned = 1;
  bench.clock.at += minutes(60);
  summaries.look();
  CHECK(bench.lines() == std::vector<std::int64_t>{1});
}

}  // namespace recycled::engine
