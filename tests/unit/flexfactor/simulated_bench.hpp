// The simulated provider with a token in hand and a clock of its own.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fixtures.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/simulated.hpp"

namespace recycled::flexfactor::test {

inline const Instant start = at("2026-11-23T09:00:00Z");
inline const Millis day = std::chrono::hours(24);

inline Behaviour quiet() {
  Behaviour behaviour;
  behaviour.signing_key = crypto::Secret("signing key");
  return behaviour;
}

// The simulated provider with a token in hand.
struct Bench {
  explicit Bench(Behaviour behaviour = quiet()) : sim(std::move(behaviour)) {
    const auto reply = post("oauth2/token", compose_token_request(sample_account()));
    const auto body = parse_object(reply.body);
    bearer = "Bearer " + (body ? text_at(*body, "accessToken") : std::string());
  }

  http::Response call(const std::string& method, const std::string& target,
                      const std::string& body) {
    http::Request request{method, target, {{"Authorization", bearer}}, body};
    return sim.handle(request, now);
  }
  http::Response post(const std::string& target, const std::string& body) {
    return call("POST", target, body);
  }

  std::string composed(const std::string& card, const std::string& key = "key-1",
                       const std::string& order = "order-1") const {
    auto request = sample_request(card);
    request.key = IdempotencyKey(key);
    request.order = OrderId(order);
    return *compose(sample_account(), request);
  }
  http::Response evaluate(const std::string& card, const std::string& key = "key-1",
                          const std::string& order = "order-1") {
    return post("evaluate", composed(card, key, order));
  }

  std::vector<std::string> events_until(Instant end) {
    std::vector<std::string> events;
    while (sim.next_at() && *sim.next_at() <= end) {
      now = std::max(now, *sim.next_at());
      for (const auto& callback : sim.advance(now)) events.push_back(callback.event);
    }
    now = std::max(now, end);
    return events;
  }

  SimulatedFlexFactor sim;
  std::string bearer;
  Instant now = start;
};

inline std::string word(const http::Response& response) {
  const auto body = parse_object(response.body);
  REQUIRE(body);
  return text_at(*body, "status");
}

inline std::string id_in(const http::Response& response) {
  return text_at(*parse_object(response.body), "orderId");
}

inline Behaviour always(SimulatedFault fault) {
  auto behaviour = quiet();
  behaviour.per_mille[fault] = 1000;
  return behaviour;
}

// With a token, and the fault from then on.
inline Bench struck_by(SimulatedFault fault) {
  Bench bench;
  bench.sim.set_fault(fault, 1000);
  return bench;
}

using Events = std::vector<std::string>;

}  // namespace recycled::flexfactor::test
