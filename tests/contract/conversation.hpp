// A client in conversation with FlexFactor on some stage: what the contract's cases are written in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "flexfactor/client.hpp"
#include "flexfactor/simulated.hpp"

namespace recycled::flexfactor::contract {

class Clock final : public ports::Clock {
 public:
  Instant now() const override { return at; }
  Instant at = *parse_instant("2026-11-23T09:00:00Z");
};

class Silent final : public ports::Events {
 public:
  void note(const ports::Event&) override {}
};

// A reply as FlexFactor gives it, to the next call of that endpoint.
struct Recorded {
  std::string endpoint;  // "POST evaluate", "GET orders/{id}", …
  http::Response response;
};

// What the calls are to meet, told to every kind of stage in its own language.
struct Situation {
  Behaviour behaviour;                    // of a simulated FlexFactor …
  std::optional<SimulatedFault> fault{};  // … from the second call on: the first fetches a token
  std::vector<Recorded> recorded{};       // of one that replays
};

// Where FlexFactor is: in this process, behind a socket, or a recording.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual http::Transport& transport() = 0;
  // Time has passed there.
  virtual void pass_until(Instant) {}
  // The merchant gives the money back in FlexFactor's portal.
  virtual void refund(const ProviderOrderId&) {}
  virtual void mend() {}  // the fault ends
};

using MakeStage = std::unique_ptr<Stage> (*)(boost::asio::io_context&, const Clock&, Situation);

// What came of a call, in one word: "pending", "refused: challenge", "unknown", …
std::string in_words(const billing::Outcome& outcome);

class Conversation {
 public:
  Conversation(MakeStage make, const Situation& situation, const Dialect& dialect = {});

  ports::HandOverReply evaluate(const std::string& card, const std::string& order = "order-1");
  std::string hand_over(const std::string& card);  // in words; remembers FlexFactor's id
  std::string inquire();                           // in words, "no answer" if there is none
  std::string cancel();
  std::string cancel_external(const std::string& order = "order-1");
  ports::ListReply list(int page = 1);

  void pass(Millis time);
  void refund() { stage_->refund(*provider_order); }
  void mend() { stage_->mend(); }

  std::optional<ProviderOrderId> provider_order;
  std::string trace;

 private:
  template <class T>
  T get(async::Task<T> task) {
    std::optional<T> got;
    async::run_to_end(context_, keep(std::move(task), got));
    return std::move(*got);
  }
  template <class T>
  static async::Task<void> keep(async::Task<T> task, std::optional<T>& got) {
    auto result = co_await std::move(task);
    got.emplace(std::move(result));
  }

  boost::asio::io_context context_;
  Clock clock_;
  const Instant started_at_ = clock_.at;
  Silent events_;
  std::unique_ptr<Stage> stage_;
  Client client_;
};

}  // namespace recycled::flexfactor::contract
