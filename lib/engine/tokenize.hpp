// The card numbers of an import to tokens, as many at a time as FlexFactor is asked otherwise.
// Source: mission.md X4, flexfactor.md "POST tokenize".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "async/task_group.hpp"
#include "base/result.hpp"
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
  int times_for_one_card = 3;        // asked so often in vain, it is refused
  int unanswered_in_a_row = 10;      // of all cards
  int refusals_before_a_token = 25;  // and not one token among them
  int waits_in_a_row = 10;           // for a FlexFactor that asks to slow down
  Millis shortest_wait = std::chrono::seconds(1);
  Millis longest_wait = std::chrono::minutes(5);
};

// For one import and one thread.
class Tokenization {
 public:
  // All outlive it. `in_flight` cards are asked about at a time.
  Tokenization(ports::Tokenizers& tokenizers, const ports::Clock& clock, ports::Alarm& alarm,
               async::Executor executor, int in_flight, Patience patience = {});

  // Until no job is open. Fault::unavailable: FlexFactor does not answer, or refuses everything;
  // those not done stay open.
  async::Task<Result<void>> run(std::vector<TokenJob>& jobs);

 private:
  async::Task<void> ask_all(std::vector<TokenJob>& jobs);
  async::Task<void> ask(TokenJob& job);
  void note(TokenJob& job, const ports::TokenizeReply& reply);
  void note_refusal(TokenJob& job, const std::string& why);
  void note_no_answer(TokenJob& job, const std::string& why);
  void note_slow_down(const ports::SlowDown& reply);
  bool holds_back() const { return resume_at_.has_value() || !trouble_.empty(); }

  ports::Tokenizers& tokenizers_;
  const ports::Clock& clock_;
  ports::Alarm& alarm_;
  const Patience patience_;
  async::TaskGroup group_;
  bool heard_ = false;  // of FlexFactor, whatever it said
  bool any_token_ = false;
  int refusals_ = 0;
  int unanswered_ = 0;  // in a row, as the waits
  int waits_ = 0;
  std::optional<Instant> resume_at_;
  std::string trouble_;  // why all of it stops
};

}  // namespace recycled::engine
