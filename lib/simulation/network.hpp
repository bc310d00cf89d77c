// FlexFactor without sockets, with the same ways to fail: what lies between the worker's clients
// and the simulated provider, in both directions.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flexfactor/client.hpp"
#include "flexfactor/simulated.hpp"
#include "ports/provider.hpp"
#include "reception/callbacks.hpp"
#include "simulation/parts.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

// A span in which FlexFactor is of no use to anybody.
struct Outage {
  enum class Kind {
    unreachable,
    error_503,
    lost_unread,  // a hand-over, before FlexFactor read it; everything else gets through
    lost_read,    // a hand-over, after it was processed; everything else gets through
  };
  Instant from;
  Instant until;
  Kind kind = Kind::unreachable;
  std::optional<GatewayId> only{};  // the calls of that gateway's account; nothing: everybody's
};
std::string_view to_text(Outage::Kind kind);

// One request as it left the worker.
struct Call {
  Instant at;
  GatewayId gateway;
  std::string target;
  OrderId order;  // of an evaluate
};

// A callback that the process died over.
enum class Unanswered {
  lost,
  repeated,  // to the next process, as it was: the same nonce, unless its date is too old by then
};

// A callback that was answered with "seen before".
struct Repeated {
  std::string nonce;
  OrderId order;
};

inline constexpr const char* callback_host = "billing.example.com";
inline constexpr const char* signing_key = "the simulation's signing key";

// Outlives the processes that use it. All that it is given outlives it.
class Network {
 public:
  struct Parts {
    VirtualTime& time;
    const SteppedClock& clock;  // the worker's, which may be off
    flexfactor::SimulatedFlexFactor& provider;
    flexfactor::Dice& dice;
    Unanswered unanswered = Unanswered::lost;
  };
  explicit Network(Parts parts) : parts_(parts) {}

  void fail_in(std::vector<Outage> outages) { outages_ = std::move(outages); }
  const std::vector<Outage>& outages() const { return outages_; }

  async::Task<http::Exchange> exchange(http::Request request, GatewayId gateway,
                                       CallbackDoor& door);
  // Signed at `signed_at`; by then too old, it is signed anew. A Crash comes through.
  async::Task<void> deliver(CallbackDoor& door, flexfactor::OutgoingCallback callback,
                            Instant signed_at);
  // What the last process died over, if that is repeated; what could not be stored; and what was to
  // be reported.
  async::Task<void> deliver_waiting(CallbackDoor& door);
  // A callback that the simulated provider does not send by itself, at the next start or look.
  void report(std::string body) { reports_.push_back(std::move(body)); }

  const std::vector<Call>& calls() const { return calls_; }
  const std::map<Outage::Kind, std::int64_t>& struck() const { return struck_; }
  // How often the order's request has left the worker.
  int handed_over(const OrderId& order) const;
  std::int64_t repeats() const { return repeats_; }                    // to a next process
  std::int64_t unstored() const { return unstored_; }                  // answered 503
  std::int64_t refused_for_date() const { return refused_for_date_; }  // by a clock that is off
  std::vector<Repeated> take_repeated() { return std::exchange(repeated_, {}); }

 private:
  std::optional<Outage::Kind> outage(const GatewayId& gateway) const;
  http::Exchange fail(Outage::Kind kind, const http::Request& request);
  void sign(flexfactor::OutgoingCallback& callback);

  // To be delivered again.
  struct Waiting {
    flexfactor::OutgoingCallback callback;
    Instant signed_at;
  };

  const Parts parts_;
  std::vector<Outage> outages_;
  std::vector<Call> calls_;
  std::map<OrderId, int> handed_over_;
  std::deque<Waiting> waiting_;
  std::deque<std::string> reports_;
  std::vector<Repeated> repeated_;
  std::map<Outage::Kind, std::int64_t> struck_;
  std::int64_t repeats_ = 0;
  std::int64_t unstored_ = 0;
  std::int64_t refused_for_date_ = 0;
  int signed_ = 0;
};

// An account of the same FlexFactor for each of the rules' gateways, in one process.
class Accounts final : public ports::Providers {
 public:
  using Wrap = std::function<std::unique_ptr<ports::Provider>(ports::Provider&)>;

  // An empty `wrap` puts nothing between.
  Accounts(const billing::Rules& rules, Network& network, const ports::Clock& clock,
           ports::Events& events, const Wrap& wrap);

  ports::Provider* find(const GatewayId& gateway) override;
  void deliver_to(CallbackDoor& door);
  std::vector<GatewayId> ids() const;

 private:
  class Wire final : public http::Transport {
   public:
    Wire(Network& network, GatewayId gateway) : network_(network), gateway_(std::move(gateway)) {}
    CallbackDoor* door = nullptr;
    async::Task<http::Exchange> exchange(http::Request request) override;

   private:
    Network& network_;
    const GatewayId gateway_;
  };
  struct Account {
    Account(const GatewayId& id, Network& network, const ports::Clock& clock,
            ports::Events& events);
    Wire wire;
    flexfactor::Client client;
    std::unique_ptr<ports::Provider> wrapped{};
  };
  std::map<GatewayId, Account> accounts_;
};

}  // namespace recycled::simulation
