#include "engine/tokenize.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::engine {

Tokenization::Tokenization(ports::Tokenizers& tokenizers, const ports::Clock& clock,
                           ports::Alarm& alarm, async::Executor executor, int in_flight,
                           Patience patience)
    : tokenizers_(tokenizers),
      clock_(clock),
      alarm_(alarm),
      patience_(patience),
      group_(std::move(executor), in_flight) {}

async::Task<Result<void>> Tokenization::run(std::vector<TokenJob>& jobs) {
  const auto is_open = [](const TokenJob& job) { return job.is_open(); };
  while (std::any_of(jobs.begin(), jobs.end(), is_open)) {
    co_await ask_all(jobs);
    if (!trouble_.empty()) co_return fail(Fault::unavailable, trouble_);
    if (resume_at_) {
      const Instant until = *std::exchange(resume_at_, std::nullopt);
      co_await alarm_.wait_until(until);
    }
  }
  co_return Result<void>{};
}

// Once through those that are open, or until an answer says that none more is to be asked now.
async::Task<void> Tokenization::ask_all(std::vector<TokenJob>& jobs) {
  for (TokenJob& job : jobs) {
    if (holds_back()) break;
    if (!job.is_open()) continue;
    auto task = ask(job);
    co_await group_.spawn(std::move(task));
  }
  co_await group_.join();
}

async::Task<void> Tokenization::ask(TokenJob& job) {
  // It may have waited for its place while another heard that it is to wait longer.
  if (holds_back()) co_return;
  ports::Tokenizer* tokenizer = tokenizers_.find(job.card.gateway);
  ensure(tokenizer != nullptr, "a card goes to an account that makes tokens");
  auto reply = co_await tokenizer->tokenize(job.card);
  note(job, reply);
}

void Tokenization::note(TokenJob& job, const ports::TokenizeReply& reply) {
  if (const auto* none = std::get_if<ports::NoAnswer>(&reply))
    return note_no_answer(job, none->why);
  unanswered_ = 0;
  heard_ = true;
  if (const auto* slow = std::get_if<ports::SlowDown>(&reply)) return note_slow_down(*slow);
  waits_ = 0;
  if (const auto* refused = std::get_if<ports::CardRefused>(&reply)) {
    return note_refusal(job, refused->why);
  }
  job.token = std::get<ports::CardToken>(reply).token;
  any_token_ = true;
}

void Tokenization::note_refusal(TokenJob& job, const std::string& why) {
  job.refusal = "the card cannot be tokenized: " + why;
  if (++refusals_ < patience_.refusals_before_a_token || any_token_) return;
  trouble_ = "FlexFactor refuses every card (" + why +
             "); look at mid and environment_key_file of its gateway";
}

// While others are answered it is this card's trouble, else everybody's.
void Tokenization::note_no_answer(TokenJob& job, const std::string& why) {
  const bool often = ++job.unanswered >= patience_.times_for_one_card;
  if (++unanswered_ >= patience_.unanswered_in_a_row || (often && !heard_)) {
    trouble_ = "FlexFactor does not answer (" + why + ")";
  } else if (often) {
    job.refusal = "FlexFactor did not answer (" + why + "); import the row again";
  }
}

// All that are under way may say so: one wait, the longest asked for.
void Tokenization::note_slow_down(const ports::SlowDown& reply) {
  const Millis wait = std::clamp(reply.retry_after.value_or(patience_.shortest_wait),
                                 patience_.shortest_wait, patience_.longest_wait);
  if (!resume_at_ && ++waits_ > patience_.waits_in_a_row) {
    trouble_ = "FlexFactor asks to slow down and goes on asking (" + reply.why + ")";
  }
  resume_at_ = std::max(resume_at_.value_or(Instant{}), clock_.now() + wait);
}

}  // namespace recycled::engine
