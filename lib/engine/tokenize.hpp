// The card numbers of an import to tokens, at the pace at which a gateway may be called otherwise.
// Source: mission.md X4, flexfactor.md "POST tokenize".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "async/task_group.hpp"
#include "base/result.hpp"
#include "engine/pacer.hpp"
#include "ports/clock.hpp"
#include "ports/tokenizer.hpp"

namespace recycled::engine {

// One card, and what came of it: a token, a refusal with the reason, or neither yet.
struct TokenJob {
  ports::PlainCard card;
  std::string token;
  std::string refusal;
  int unanswered = 0;

  bool is_open() const { return token.empty() && refusal.empty(); }
};

// How often in a row something may go wrong before it is no longer the cards' fault, and a file of
// a hundred thousand rows is better left alone.
struct Patience {
  int times_for_one_card = 3;                      // asked so often in vain, it is refused
  int unanswered_in_a_row = 10;                    // of all cards
  int refusals_before_a_token = 25;                // and not one token among them
  Millis slowed_down = std::chrono::minutes(10);   // by a FlexFactor that says nothing else
  Millis longest_pause = std::chrono::minutes(5);  // at one time, whatever it asks for
};

struct TokenPace {
  int in_flight = 32;                     // of all accounts together
  std::map<GatewayId, int> per_second{};  // of each account
};

// For one import and one thread.
class Tokenization {
 public:
  // All outlive it.
  Tokenization(ports::Tokenizers& tokenizers, const ports::Clock& clock, ports::Alarm& alarm,
               async::Executor executor, const TokenPace& pace, Patience patience = {});

  // Until no job is open. Fault::unavailable: FlexFactor does not answer, or refuses everything;
  // those not done stay open.
  async::Task<Result<void>> run(std::vector<TokenJob>& jobs);

 private:
  async::Task<void> ask_all(std::vector<TokenJob>& jobs);
  async::Task<void> wait_for_turn(Pacer& pacer);
  async::Task<void> ask(TokenJob& job, Pacer& pacer);
  void note(TokenJob& job, const ports::TokenizeReply& reply);
  void note_refusal(TokenJob& job, const std::string& why);
  void note_no_answer(TokenJob& job, const ports::NoAnswer& none);
  void note_slow_down(const ports::SlowDown& reply);
  Pacer& pacer_of(const GatewayId& gateway);

  ports::Tokenizers& tokenizers_;
  const ports::Clock& clock_;
  ports::Alarm& alarm_;
  const Patience patience_;
  std::map<GatewayId, Pacer> pacers_;
  async::TaskGroup group_;
  bool heard_ = false;  // of FlexFactor, whatever it said
  bool any_token_ = false;
  int refusals_ = 0;
  int unanswered_ = 0;                   // in a row
  std::optional<Instant> slowed_since_;  // nothing else was said since
  std::string trouble_;                  // why all of it stops
};

}  // namespace recycled::engine
