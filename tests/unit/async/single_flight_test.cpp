#include "async/single_flight.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "async/task_group.hpp"

using namespace recycled::async;

namespace {

// Work that goes on when the test says so.
struct Bench {
  boost::asio::io_context context;
  std::vector<Resume> held;
  int started = 0;
  SingleFlight<std::string> flight;
  std::vector<std::string> results;

  Task<std::string> work() {
    const int number = ++started;
    std::function<void(Resume)> hold = [this](Resume resume) { held.push_back(std::move(resume)); };
    co_await until_resumed(std::move(hold));
    if (number == 2) throw std::runtime_error("no answer");
    co_return "result " + std::to_string(number);
  }

  Task<void> call() {
    SingleFlight<std::string>::Work job = [this] { return work(); };
    try {
      auto result = co_await flight.run(std::move(job));
      results.push_back(result);
    } catch (const std::runtime_error& error) {
      results.push_back(error.what());
    }
  }

  static Task<void> turn() {
    std::function<void(Resume)> at_once = [](Resume resume) { resume(); };
    co_await until_resumed(std::move(at_once));
  }

  Task<void> three_callers() {
    TaskGroup group(context.get_executor(), 3);
    for (int i = 0; i < 3; ++i) {
      auto one = call();
      co_await group.spawn(std::move(one));
    }
    co_await turn();
    CHECK(results.empty());
    CHECK(held.size() == 1);
    for (const Resume& resume : std::exchange(held, {})) resume();
    co_await group.join();
  }
};

using Results = std::vector<std::string>;

}  // namespace

TEST_CASE("L21: callers of one flight share its one result") {
  Bench bench;
  run_to_end(bench.context, bench.three_callers());
  CHECK(bench.started == 1);
  CHECK(bench.results == Results(3, "result 1"));
}

TEST_CASE("L21: a failure reaches every caller and the next call starts afresh") {
  Bench bench;
  bench.started = 1;
  run_to_end(bench.context, bench.three_callers());
  CHECK(bench.results == Results(3, "no answer"));
  bench.results.clear();
  run_to_end(bench.context, bench.three_callers());
  CHECK(bench.started == 3);
  CHECK(bench.results == Results(3, "result 3"));
}
