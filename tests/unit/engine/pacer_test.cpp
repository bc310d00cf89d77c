// How fast a gateway is called: rate, places, slow-down, rest and probe.
#include "engine/pacer.hpp"

#include <chrono>

#include <doctest/doctest.h>

using namespace recycled;          // NOLINT(google-build-using-namespace)
using namespace recycled::engine;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using ports::Service;
using Change = Pacer::Change;

namespace {

const Instant start = from_millis(1'800'000'000'000);

PaceLimits limits(int in_flight, int per_second) {
  PaceLimits limits;
  limits.in_flight = in_flight;
  limits.per_second = per_second;
  limits.failures_to_rest = 3;
  limits.first_rest = 2s;
  limits.longest_rest = 60s;
  return limits;
}

// A call that takes no time.
Change call(Pacer& pacer, Service service, Instant now, double jitter = 0.5,
            std::optional<Millis> retry_after = std::nullopt) {
  pacer.started(now);
  return pacer.ended(service, retry_after, now, now, jitter);
}

// Calls that fit into `span`, each over at once.
int calls_in(Pacer& pacer, Instant from, Millis span) {
  int calls = 0;
  for (Instant now = from; now < from + span; now += 1ms) {
    for (int room = pacer.room(now); room > 0; --room) {
      call(pacer, Service::answered, now);
      ++calls;
    }
  }
  return calls;
}

void fail_until_it_rests(Pacer& pacer, Instant now) {
  CHECK(call(pacer, Service::unavailable, now) == Change::none);
  CHECK(call(pacer, Service::unavailable, now) == Change::none);
  CHECK(call(pacer, Service::unavailable, now) == Change::rested);
}

}  // namespace

TEST_CASE("pace: no more calls at one time than there are places") {
  Pacer pacer(limits(3, 10'000));
  CHECK(pacer.room(start) == 3);
  for (int call = 0; call < 3; ++call) pacer.started(start);
  CHECK(pacer.room(start) == 0);
  CHECK_FALSE(pacer.opens_at(start).has_value());  // only an end gives room
  pacer.ended(Service::answered, std::nullopt, start, start, 0.5);
  CHECK(pacer.room(start) == 1);
  CHECK(pacer.opens_at(start) == start);
}

TEST_CASE("pace: no more calls a second than the rate - whatever it is") {
  for (const int rate : {1, 3, 9, 10, 11, 100, 999, 20'000}) {
    CAPTURE(rate);
    Pacer pacer(limits(1000, rate));
    calls_in(pacer, start, 1s);  // the first second may begin with a burst
    const int calls = calls_in(pacer, start + 1s, 10s);
    CHECK(calls <= 10 * rate + 1);
    CHECK(calls >= 10 * rate - 1);
  }
}

TEST_CASE("pace: opens_at is when there is room - and not much later than that") {
  for (const int rate : {1, 5, 50, 5'000}) {
    CAPTURE(rate);
    Pacer pacer(limits(1000, rate));
    Instant now = start;
    for (int look = 0; look < 50; ++look) {
      for (int room = pacer.room(now); room > 0; --room) call(pacer, Service::answered, now);
      CHECK(pacer.room(now) == 0);
      const auto at = pacer.opens_at(now);
      REQUIRE(at.has_value());
      CHECK(*at > now);
      CHECK(*at <= now + 1001ms);
      now = *at;
      CHECK(pacer.room(now) > 0);
    }
  }
}

TEST_CASE("pace: 429 halves the rate once for all calls sent before it - answers restore it") {
  Pacer pacer(limits(10, 100));
  for (int one = 0; one < 4; ++one) pacer.started(start);
  CHECK(pacer.ended(Service::busy, std::nullopt, start, start + 1s, 0.5) == Change::slowed);
  for (int one = 0; one < 3; ++one) {
    CHECK(pacer.ended(Service::busy, std::nullopt, start, start + 1s, 0.5) == Change::none);
  }
  CHECK(pacer.rate() == 50);
  CHECK(call(pacer, Service::busy, start + 2s) == Change::slowed);
  CHECK(pacer.rate() == 25);
  const int slow = calls_in(pacer, start + 3s, 1s);
  CHECK(slow < 50);
  calls_in(pacer, start + 4s, 30s);
  CHECK(pacer.rate() == 100);
}

TEST_CASE("pace: it never slows down to nothing") {
  Pacer pacer(limits(10, 100));
  Instant now = start;
  for (int one = 0; one < 50; ++one) {
    now += 2s;
    call(pacer, Service::busy, now);
  }
  CHECK(pacer.rate() == 1);
  CHECK(calls_in(pacer, now + 1s, 2s) >= 1);
}

TEST_CASE("pace: Retry-After holds the whole gateway - an unreasonable one for an hour at most") {
  Pacer pacer(limits(10, 100));
  call(pacer, Service::busy, start, 0.5, Millis(30s));
  CHECK(pacer.room(start + 29s) == 0);
  CHECK(pacer.rests(start + 29s));
  CHECK(pacer.opens_at(start + 1s) == start + 30s);
  CHECK(pacer.room(start + 30s) > 0);
  CHECK_FALSE(pacer.rests(start + 30s));
  call(pacer, Service::busy, start + 31s, 0.5, Millis(24h * 365));
  CHECK(pacer.opens_at(start + 32s) == start + 31s + 1h);
}

TEST_CASE("pace: failures in a row rest the gateway - an answer in between does not") {
  Pacer pacer(limits(10, 100));
  call(pacer, Service::unavailable, start);
  call(pacer, Service::unavailable, start);
  call(pacer, Service::answered, start);
  fail_until_it_rests(pacer, start);
  CHECK(pacer.rests(start));
  CHECK(pacer.room(start + 999ms) == 0);  // half of two seconds was drawn
  CHECK(pacer.opens_at(start) == start + 1s);
}

TEST_CASE("pace: after the rest one probe and no more - its answer brings the rest back slowly") {
  Pacer pacer(limits(10, 100));
  fail_until_it_rests(pacer, start);
  const Instant probe = start + 1s;
  CHECK(pacer.room(probe) == 1);
  pacer.started(probe);
  CHECK(pacer.room(probe) == 0);
  CHECK_FALSE(pacer.opens_at(probe).has_value());
  CHECK(pacer.ended(Service::answered, std::nullopt, probe, probe, 0.5) == Change::resumed);
  CHECK_FALSE(pacer.rests(probe));
  CHECK(pacer.rate() == 10);  // a tenth: no herd
  const int first_second = calls_in(pacer, probe, 1s);
  CHECK(first_second <= 20);
  calls_in(pacer, probe + 1s, 60s);
  CHECK(pacer.rate() == 100);
}

TEST_CASE("pace: a probe that fails doubles the rest up to the longest") {
  Pacer pacer(limits(10, 100));
  fail_until_it_rests(pacer, start);
  Instant now = start;
  std::vector<Millis> rests;
  for (int probe = 0; probe < 8; ++probe) {
    const Instant at = *pacer.opens_at(now);
    rests.push_back(at - now);
    now = at;
    CHECK(call(pacer, Service::unavailable, now, 0.5) == Change::rested);
  }
  CHECK(rests == std::vector<Millis>{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s});
  // Full jitter: anything from nothing to the whole.
  CHECK(call(pacer, Service::unavailable, *pacer.opens_at(now), 0.0) == Change::rested);
}

TEST_CASE("pace: calls from before the rest do not end it badly - nor lengthen it") {
  Pacer pacer(limits(10, 100));
  for (int one = 0; one < 5; ++one) pacer.started(start);
  for (int one = 0; one < 3; ++one) {
    pacer.ended(Service::unavailable, std::nullopt, start, start, 0.5);
  }
  const auto opens = pacer.opens_at(start);
  CHECK(pacer.ended(Service::unavailable, std::nullopt, start, start, 0.5) == Change::none);
  CHECK(pacer.opens_at(start) == opens);
  pacer.started(*opens);  // the probe is under way when the last of the old ones fails
  CHECK(pacer.ended(Service::unavailable, std::nullopt, start, *opens, 0.5) == Change::none);
  CHECK(pacer.ended(Service::answered, std::nullopt, *opens, *opens, 0.5) == Change::resumed);
}

TEST_CASE("pace: calls there was room for before the rest are no probe - whoever fails") {
  Pacer pacer(limits(8, 1000));
  const Instant before = start - 1ms;
  REQUIRE(pacer.room(before) >= 2);
  fail_until_it_rests(pacer, start);
  const Instant probe = *pacer.rests_until();
  pacer.started(before);  // read from a queue meanwhile
  pacer.started(before);
  CHECK(pacer.ended(Service::unavailable, {}, start, start, 0.5) == Change::none);
  CHECK(pacer.ended(Service::unavailable, {}, start, start, 0.5) == Change::none);
  CHECK(pacer.room(probe - 1ms) == 0);
  CHECK(pacer.opens_at(start) == probe);
  REQUIRE(pacer.room(probe) == 1);
  CHECK(call(pacer, Service::answered, probe) == Change::resumed);
}

TEST_CASE("pace: a probe ends although the clock is set back - while it is under way") {
  Pacer pacer(limits(8, 1000));
  fail_until_it_rests(pacer, start);
  const Instant probe = *pacer.rests_until();
  pacer.started(probe);
  const Instant set_back = probe - 5s;
  CHECK(pacer.ended(Service::unavailable, {}, set_back, set_back, 0.5) == Change::rested);
  CHECK(pacer.opens_at(set_back).has_value());
}

TEST_CASE("pace: a busy answer to the probe is an answer") {
  Pacer pacer(limits(10, 100));
  fail_until_it_rests(pacer, start);
  CHECK(call(pacer, Service::busy, start + 1s, 0.5, Millis(5s)) == Change::resumed);
  CHECK(pacer.room(start + 5s) == 0);
  CHECK(pacer.room(start + 6s) > 0);
}
