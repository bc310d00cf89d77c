// The client and the simulated provider are two readings of the same contract: here they meet.
#include <optional>
#include <utility>

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/client.hpp"
#include "flexfactor/simulated.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
namespace outcome = billing::outcome;

namespace {

class Clock final : public ports::Clock {
 public:
  Instant now() const override { return at; }
  Instant at = *parse_instant("2026-11-23T09:00:00Z");
};

class Silent final : public ports::Events {
 public:
  void note(const ports::Event&) override {}
};

// The wire between the two: what is stalled or reset has perhaps been seen.
class Wire final : public http::Transport {
 public:
  Wire(SimulatedFlexFactor& sim, const ports::Clock& clock) : sim_(sim), clock_(clock) {}

  async::Task<http::Exchange> exchange(http::Request request) override {
    auto response = sim_.handle(request, clock_.now());
    if (response.delivery != http::Delivery::answer) {
      co_return tl::unexpected(http::TransportFailure{http::Reached::perhaps, "reset"});
    }
    co_return response;
  }

 private:
  SimulatedFlexFactor& sim_;
  const ports::Clock& clock_;
};

Behaviour behaviour_of(billing::MitMode mode) {
  Behaviour behaviour;
  behaviour.mode = mode;
  behaviour.signing_key = crypto::Secret("signing key");
  return behaviour;
}

struct Meeting {
  explicit Meeting(billing::MitMode mode = billing::MitMode::managed)
      : Meeting(behaviour_of(mode)) {}
  explicit Meeting(Behaviour behaviour) : sim(std::move(behaviour)) {}

  boost::asio::io_context context;
  Clock clock;
  Silent events;
  SimulatedFlexFactor sim;
  Wire wire{sim, clock};
  Client client{
      wire, clock, events,
      Account{GatewayId("ff"), "mid", "site", crypto::Secret("key"), crypto::Secret("secret"), ""}};

  std::string composed(const std::string& card, const std::string& order = "order-1") const {
    ports::HandOverRequest request;
    request.order = OrderId(order);
    request.key = IdempotencyKey("key of " + order);
    request.amount = {8995, Currency()};
    request.expires_at = clock.now() + std::chrono::hours(24 * 21);
    request.subscription.id = SubscriptionId("sub-1");
    request.subscription.gateway = GatewayId("nmi");
    request.subscription.price = request.amount;
    request.subscription.card.token = card;
    billing::Declined declined;
    declined.code = "51";
    request.subscription.declined = declined;
    return *client.compose(request);
  }

  template <class T>
  T get(async::Task<T> task) {
    std::optional<T> got;
    async::run_to_end(context, keep(std::move(task), got));
    return *got;
  }

  template <class T>
  static async::Task<void> keep(async::Task<T> task, std::optional<T>& got) {
    auto result = co_await std::move(task);
    got = std::move(result);
  }

  ports::HandOverReply hand_over(const std::string& card) {
    return get(client.hand_over(OrderId("order-1"), composed(card)));
  }

  void pass(Millis time) {
    clock.at += time;
    sim.advance(clock.at);
  }
};

}  // namespace

TEST_CASE("contract: every steered outcome is understood") {
  using billing::Reason;
  Meeting meeting;
  CHECK(meeting.hand_over("approve").outcome == billing::Outcome(outcome::Pending{}));
  CHECK(Meeting().hand_over("decline").outcome ==
        billing::Outcome(outcome::Declined{Reason::declined}));
  CHECK(std::get<outcome::Refused>(Meeting().hand_over("challenge").outcome).reason ==
        Reason::challenge);
  CHECK(std::get<outcome::Refused>(Meeting().hand_over("capture").outcome).reason ==
        Reason::capture_required);
  CHECK(std::get<outcome::Refused>(Meeting().hand_over("refuse").outcome).reason ==
        Reason::refused);
  CHECK(Meeting(billing::MitMode::sync).hand_over("approve").outcome ==
        billing::Outcome(outcome::Approved{}));
}

TEST_CASE("contract: an order is asked about until it is completed") {
  Meeting meeting;
  const auto order = *meeting.hand_over("approve").provider_order;
  CHECK(meeting.get(meeting.client.inquire(order)).news == billing::News::still_open);
  meeting.pass(std::chrono::seconds(3));
  CHECK(meeting.get(meeting.client.inquire(order)).news == billing::News::completed);
  CHECK(meeting.get(meeting.client.cancel(order)).result == billing::Withdrawal::refused);
}

TEST_CASE("contract: an order whose id never came is withdrawn by ours") {
  Meeting meeting;
  // A token is fetched beforehand, or that call would be the one reset.
  meeting.get(meeting.client.inquire(ProviderOrderId("unknown")));
  meeting.sim.set_fault(SimulatedFault::reset_after_read, 1000);
  const auto reply = meeting.hand_over("expire");
  CHECK(std::holds_alternative<outcome::Unknown>(reply.outcome));
  CHECK_FALSE(reply.provider_order);
  meeting.sim.set_fault(SimulatedFault::reset_after_read, 0);
  CHECK(meeting.get(meeting.client.cancel_external(OrderId("order-1"))).result ==
        billing::Withdrawal::accepted);
  CHECK(meeting.sim.statistics().cancelled == 1);
  CHECK(meeting.get(meeting.client.cancel_external(OrderId("order-2"))).result ==
        billing::Withdrawal::not_found);
}

TEST_CASE("L4: the repeat of an unknown call under its key charges once") {
  Meeting meeting;
  meeting.get(meeting.client.inquire(ProviderOrderId("unknown")));
  meeting.sim.set_fault(SimulatedFault::error_5xx_after, 1000);
  CHECK(std::holds_alternative<outcome::Unknown>(meeting.hand_over("approve").outcome));
  meeting.sim.set_fault(SimulatedFault::error_5xx_after, 0);
  CHECK(std::holds_alternative<outcome::Pending>(meeting.hand_over("approve").outcome));
  meeting.pass(std::chrono::seconds(3));
  CHECK(meeting.sim.statistics().charges == 1);
  CHECK(meeting.sim.statistics().double_charges == 0);
}

TEST_CASE("contract: a token that ran out costs no call its result") {
  Meeting meeting;
  const auto order = *meeting.hand_over("pending").provider_order;
  meeting.clock.at += std::chrono::hours(1);
  CHECK(meeting.get(meeting.client.inquire(order)).news == billing::News::still_open);
  CHECK(meeting.sim.statistics().calls.at("oauth2/token") == 2);
}

TEST_CASE("contract: orders are listed page by page, with our own id where it is shown") {
  for (const bool shown : {true, false}) {
    auto behaviour = behaviour_of(billing::MitMode::managed);
    behaviour.quirks.shows_external_id = shown;
    behaviour.quirks.largest_page = 2;
    Meeting meeting(behaviour);
    ports::ListQuery query;
    query.from = meeting.clock.now();
    query.to = query.from + std::chrono::hours(1);
    for (const char* order : {"order-1", "order-2", "order-3"}) {
      meeting.get(meeting.client.hand_over(OrderId(order), meeting.composed("pending", order)));
      meeting.clock.at += std::chrono::minutes(25);
    }
    const auto first = meeting.get(meeting.client.list(query));
    REQUIRE(first.orders);
    REQUIRE(first.orders->size() == 2);
    const auto& listed = first.orders->front();
    CHECK(listed.order == OrderId(shown ? "order-1" : ""));
    CHECK(listed.news == billing::News::still_open);
    CHECK(listed.amount == Money{8995, Currency()});
    CHECK(listed.created_at == query.from);
    query.page = 2;
    CHECK(meeting.get(meeting.client.list(query)).orders->size() == 1);
    query.page = 3;
    CHECK(meeting.get(meeting.client.list(query)).orders->empty());
    query.page = 1;
    query.to = query.from + std::chrono::minutes(25);
    CHECK(meeting.get(meeting.client.list(query)).orders->size() == 1);
  }
}
