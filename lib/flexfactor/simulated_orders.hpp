// The orders of the simulated provider: their lives, the charges, and the callbacks about them.
// No wire in here; simulated.hpp has that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flexfactor/behaviour.hpp"
#include "flexfactor/charge_book.hpp"
#include "http/message.hpp"

namespace recycled::flexfactor {

enum class SimulatedState {
  processing,
  on_hold,
  declined,
  cancelled,
  expired,
  capture_required,
  returned,
  completed,
};

// What evaluate is asked to take over.
struct SimulatedSale {
  OrderId order;  // the merchant's
  SubscriptionId subscription;
  std::int64_t cycle = 0;
  Money amount;
  std::string card_token;
  std::optional<Instant> expires_at;
  bool shopper_waits = false;  // a CIT: answered at once, whatever the account is
};

struct SimulatedOrder {
  ProviderOrderId id;
  SimulatedSale sale;
  Fate fate = Fate::approve;
  SimulatedState state = SimulatedState::processing;
  int attempts = 0;  // evaluates of one merchant's order, on a sync account
  Instant created_at{};
  Instant expires_at{};
};

// A signed callback, to be POSTed to wherever the account's URL is.
struct OutgoingCallback {
  std::string event;
  OrderId order;  // the merchant's
  ProviderOrderId provider_order;
  Instant happened_at{};
  http::Headers headers;
  std::string body;
};

struct Statistics {
  std::int64_t orders = 0;
  std::int64_t charges = 0;
  std::int64_t double_charges = 0;  // a further charge of a subscription's cycle, or of an order
  std::int64_t approved = 0;
  std::int64_t declined = 0;  // replies that said so: a sync account's "not now" counts each time
  std::int64_t expired = 0;
  std::int64_t cancelled = 0;
  std::int64_t refunded = 0;
  std::int64_t cards = 0;  // tokenized
  std::int64_t callbacks_sent = 0;
  std::int64_t callbacks_lost = 0;
  std::map<std::string, std::int64_t> calls;      // by endpoint
  std::map<SimulatedFault, std::int64_t> faults;  // that happened
};

// References to orders are good until the next take_over().
class SimulatedOrders {
 public:
  explicit SimulatedOrders(Behaviour behaviour);

  const Behaviour& behaviour() const { return behaviour_; }
  void set_fault(SimulatedFault fault, int per_mille) { behaviour_.per_mille[fault] = per_mille; }
  // Whether the fault strikes now; counts it if so.
  bool strikes(SimulatedFault fault);
  Dice& dice() { return dice_; }

  // An evaluate under a new key. A sync account's repeat of an order it still works on continues
  // that order; everything else is a new one, with a new chance to charge: whoever sends a second
  // one is to see what comes of it.
  SimulatedOrder& take_over(const SimulatedSale& sale, Instant now);

  // By their id (one at most) or ours (oldest first).
  std::vector<SimulatedOrder*> find(const std::string& id);
  const std::vector<SimulatedOrder>& all() const { return orders_; }
  // From `from` on and before `to`, if given; oldest first.
  std::span<const SimulatedOrder> created(std::optional<Instant> from,
                                          std::optional<Instant> to) const;

  // False: it is charged already, or given back.
  [[nodiscard]] bool cancel(SimulatedOrder& order, Instant now);
  [[nodiscard]] bool refund(SimulatedOrder& order, Instant now);
  [[nodiscard]] bool capture(SimulatedOrder& order, Instant now);

  std::vector<OutgoingCallback> take_early();
  std::optional<Instant> next_at() const;
  std::vector<OutgoingCallback> advance(Instant now);
  OutgoingCallback resend(const OutgoingCallback& callback, Instant now);

  Statistics statistics() const;
  Statistics& counted() { return counted_; }
  const std::vector<Charge>& charges() const { return book_.charges(); }

 private:
  enum class Job { complete, expire, cancel, notify, release };

  struct Due {
    Job job = Job::notify;
    std::size_t order = 0;
    std::string event;  // of notify
  };

  // A callback that is to go out and is not signed yet.
  struct Draft {
    std::size_t order = 0;
    std::string event;
    Instant happened_at{};
    bool resent = false;
  };

  std::size_t index_of(const SimulatedOrder& order) const;
  std::size_t open(const SimulatedSale& sale, Instant now);
  void settle_at_once(SimulatedOrder& order, Instant now);
  void answer_shopper(SimulatedOrder& order, Instant now);
  void work_on(SimulatedOrder& order, Instant now);
  void perform(const Due& due, Instant now);
  void charge(SimulatedOrder& order, Instant now);
  void emit(std::size_t order, const std::string& event, Instant now);
  void notify_later(const SimulatedOrder& order, const std::string& event, Instant now);
  std::vector<OutgoingCallback> sign_outbox(Instant now);
  OutgoingCallback signed_callback(const Draft& draft, Instant now);
  Millis delay();

  Behaviour behaviour_;
  Dice dice_;
  ChargeBook book_;
  Statistics counted_;
  std::vector<SimulatedOrder> orders_;
  std::map<std::string, std::vector<std::size_t>> by_id_;
  std::multimap<Instant, Due> schedule_;
  std::multimap<Instant, Draft> repeats_;  // late and second callbacks
  std::vector<Draft> outbox_;
  std::optional<Draft> held_;  // waits for the callback that should follow it
  std::vector<OutgoingCallback> early_;
};

}  // namespace recycled::flexfactor
