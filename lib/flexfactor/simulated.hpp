// FlexFactor as a machine without sockets or a clock: requests in, responses out, and callbacks
// when their time has come. The program flexfactor-sim puts it behind HTTP; the simulation drives
// it on a virtual clock. Source: flexfactor.md, whose every unknown is a field of Quirks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flexfactor/json.hpp"
#include "flexfactor/simulated_orders.hpp"
#include "http/message.hpp"

namespace recycled::flexfactor {

std::string to_json(const Statistics& statistics);
std::string to_json(const std::vector<Charge>& charges);

// Deterministic: the same behaviour, requests and instants give the same answers. For one thread.
class SimulatedFlexFactor {
 public:
  explicit SimulatedFlexFactor(Behaviour behaviour);

  // Answers one request. The target may start with '/' and with "v1/". The caller acts on the
  // response's `delivery`: a stalled or reset one never reaches the client.
  http::Response handle(const http::Request& request, Instant now);

  // The callbacks that are to be delivered before the response just given (callback_early).
  std::vector<OutgoingCallback> take_early() { return orders_.take_early(); }
  // When advance() next has something to do.
  std::optional<Instant> next_at() const { return orders_.next_at(); }
  // Lets everything happen that is due by `now`; the callbacks are signed with the date `now`.
  std::vector<OutgoingCallback> advance(Instant now) { return orders_.advance(now); }
  // The same callback as FlexFactor repeats it: a new nonce and date, IsResent.
  OutgoingCallback resend(const OutgoingCallback& callback, Instant now) {
    return orders_.resend(callback, now);
  }

  // How often, in a thousand, from now on.
  void set_fault(SimulatedFault fault, int per_mille) { orders_.set_fault(fault, per_mille); }

  Statistics statistics() const { return orders_.statistics(); }
  const std::vector<Charge>& charges() const { return orders_.charges(); }
  const std::vector<SimulatedOrder>& orders() const { return orders_.all(); }  // the oldest first

 private:
  // A target taken apart: "orders/{id}/cancel", and what follows '?'.
  struct Target {
    std::string endpoint;  // with "{id}" for an id: what calls are counted by
    std::string id;
    std::map<std::string, std::string> query;
  };
  static Target take_apart(const http::Request& request);

  // What a key was answered with.
  struct Answered {
    std::string body;
    http::Response response;
    Instant at{};
  };

  http::Response respond(const http::Request& request, Instant now);
  http::Response error(int status) const;
  http::Response unknown_order() const;
  std::optional<http::Response> fail_before(const http::Request& request, const Target& target);
  http::Response process(const http::Request& request, const Target& target, Instant now);
  http::Response token(const http::Request& request, Instant now);
  bool knows_bearer(const http::Request& request, Instant now) const;
  http::Response tokenize(const http::Request& request, const Target& target, Instant now);
  http::Response evaluate(const http::Request& request, Instant now);
  http::Response judge(const Json& body, Instant now);
  http::Response bad_request(const Json& fields);
  http::Response inquire(const Target& target);
  http::Response list(const Target& target) const;
  http::Response cancel(const Target& target, Instant now);
  http::Response refund(const http::Request& request, const Target& target, Instant now);
  http::Response capture(const http::Request& request, Instant now);
  http::Response outcome(const http::Request& request);

  SimulatedOrders orders_;
  std::map<std::string, Answered> answered_;  // by idempotency key
  std::map<std::string, Instant> tokens_;     // until when each is good
};

}  // namespace recycled::flexfactor
