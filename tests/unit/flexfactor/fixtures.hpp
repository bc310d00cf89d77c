// A sample account, a sample hand-over, and the two ports the client needs, as small fakes.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "flexfactor/account.hpp"
#include "flexfactor/json.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"
#include "ports/provider.hpp"

namespace recycled::flexfactor::test {

inline Instant at(const char* text) { return *parse_instant(text); }

inline Account sample_account() {
  return {GatewayId("ff"),
          "mid-1",
          "site-1",
          crypto::Secret("app-key"),
          crypto::Secret("app-secret"),
          ""};
}

inline ports::HandOverRequest sample_request(const std::string& card_token = "token-1") {
  ports::HandOverRequest request;
  request.order = OrderId("8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d");
  request.key = IdempotencyKey("11111111-2222-8333-8444-555555555555");
  request.amount = {8095, Currency()};
  request.reattempt = 4;
  request.claimed_at = at("2026-11-23T09:00:00Z");
  request.expires_at = at("2026-12-14T09:00:00Z");
  auto& subscription = request.subscription;
  subscription.id = SubscriptionId("sub-1");
  subscription.gateway = GatewayId("nmi-1");
  subscription.status = billing::SubscriptionStatus::recycle_billing;
  subscription.cycle = 3;
  subscription.price = {8995, Currency()};
  subscription.interval = {1, billing::Interval::Unit::months};
  billing::Declined declined;
  declined.at = at("2026-11-20T10:00:00Z");
  declined.last_attempt_at = at("2026-11-22T10:00:00Z");
  declined.reattempts_made = 3;
  declined.code = "51";
  declined.message = "Insufficient funds";
  subscription.declined = declined;
  subscription.customer = CustomerId("cust-1");
  subscription.card.token = card_token;
  subscription.payer.email = "ann@example.com";
  subscription.payer.first_name = "Ann";
  subscription.payer.country = "US";
  return request;
}

class FakeClock final : public ports::Clock {
 public:
  Instant now() const override { return now_; }
  void pass(Millis time) { now_ += time; }

 private:
  Instant now_ = at("2026-11-23T09:00:00Z");
};

class Recorder final : public ports::Events {
 public:
  void note(const ports::Event& event) override { noted.push_back(event); }

  std::vector<ports::Event> noted;
};

}  // namespace recycled::flexfactor::test
