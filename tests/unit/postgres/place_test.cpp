// One worker at a time, by the server's clock: who is silent for too long loses his place for good.
#include "unit/postgres/fixture.hpp"

namespace recycled::store {
namespace {

PostgresSettings worker(const std::string& url, const std::string& name,
                        Millis lease = std::chrono::seconds(30)) {
  return {url, name, Role::worker, Executor::inline_, lease};
}

// Nobody need wait for a lease to run out where the server's own clock is not the point.
void silence_all(const std::string& url) {
  Postgres server(url);
  server.run_script("UPDATE worker SET alive_until = server_now() - 1");
}

std::string workers_in(const std::string& url) {
  Postgres server(url);
  const Transaction looking(server, Access::read_only);
  auto& query = server.prepared("SELECT name FROM worker ORDER BY key");
  std::string names;
  while (query.step()) names += std::string(query.text(0)) + " ";
  return names;
}

TEST_CASE("a ledger has one worker, and as many visitors as come") {
  const std::string url = url_of(make_database());
  auto first = try_open(worker(url, "first"));
  REQUIRE(first.has_value());
  const auto visitor = open_ledger(url);
  in(**first, [](auto& tx) { tx.set_meta("a", "1"); });
  in(*visitor, [](auto& tx) { CHECK(tx.meta("a") == "1"); });
  CHECK(workers_in(url) == "first a test ");
  SUBCASE("who goes gives up his place") {
    first->reset();
    CHECK(workers_in(url) == "a test ");
    CHECK(try_open(worker(url, "second")).has_value());
  }
  SUBCASE("who was silent for too long has lost it, and cannot come back") {
    silence_all(url);
    auto second = try_open(worker(url, "second"));
    REQUIRE(second.has_value());
    CHECK(workers_in(url) == "second ");
    for (int times = 0; times < 2; ++times) {
      const auto late = try_in(**first, [](auto& tx) { tx.set_meta("a", "2"); });
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().fault == Fault::busy);
      CHECK(late.error().message.find("taken for dead") != std::string::npos);
    }
    in(**second, [](auto& tx) { CHECK(tx.meta("a") == "1"); });
    first->reset();  // and takes nothing of the other's with it
    in(**second, [](auto& tx) { tx.set_meta("a", "3"); });
    CHECK(workers_in(url) == "second ");
  }
}

TEST_CASE("a worker that renews its place while another waits for it is alive") {
  const std::string url = url_of(make_database());
  constexpr Millis lease(3000);
  PostgresSettings settings = worker(url, "first", lease);
  settings.executor = Executor::thread;  // which renews it when there is nothing to do
  auto first = try_open(settings);
  REQUIRE(first.has_value());
  const auto second = try_open(worker(url, "second", lease));
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().fault == Fault::busy);
  CHECK(second.error().message.find("first") != std::string::npos);
  in(**first, [](auto& tx) { tx.set_meta("a", "1"); });
}

TEST_CASE("a worker that comes after one that died waits until its lease is over") {
  const std::string url = url_of(make_database());
  auto dead = try_open(worker(url, "dead", Millis(700)));
  REQUIRE(dead.has_value());
  const auto second = try_open(worker(url, "second"));
  REQUIRE(second.has_value());
  CHECK(workers_in(url) == "second ");
  CHECK_FALSE(try_in(**dead, [](auto& tx) { tx.set_meta("a", "1"); }).has_value());
}

TEST_CASE("what a worker has begun is its own for as long as its place is, by its own clock") {
  const std::string url = url_of(make_database());
  const system::SystemClock clock;
  const Instant began = clock.now();
  auto one = try_open(worker(url, "one"));
  REQUIRE(one.has_value());
  const Instant until = (*one)->ours_until();
  CHECK(until >= began + std::chrono::seconds(30));
  CHECK(until <= clock.now() + std::chrono::seconds(30));
  const Instant again = clock.now();
  in(**one, [](auto& tx) { tx.set_meta("a", "1"); });
  CHECK((*one)->ours_until() >= again + std::chrono::seconds(30));
  silence_all(url);
  auto two = try_open(worker(url, "two"));
  const Instant before = (*one)->ours_until();
  CHECK_FALSE(try_in(**one, [](auto& tx) { tx.set_meta("a", "2"); }).has_value());
  CHECK((*one)->ours_until() == before);  // a failure renews nothing
}

}  // namespace
}  // namespace recycled::store
