#include "engine/tokenize.hpp"

#include <algorithm>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::engine {

namespace {

ports::Service service_of(const ports::TokenizeReply& reply) {
  if (std::holds_alternative<ports::SlowDown>(reply)) return ports::Service::busy;
  if (std::holds_alternative<ports::NoAnswer>(reply)) return ports::Service::unavailable;
  return ports::Service::answered;
}

}  // namespace

Tokenization::Tokenization(ports::Tokenizers& tokenizers, const ports::Clock& clock,
                           ports::Alarm& alarm, async::Executor executor, const TokenPace& pace,
                           Patience patience)
    : tokenizers_(tokenizers),
      clock_(clock),
      alarm_(alarm),
      patience_(patience),
      group_(std::move(executor), pace.in_flight) {
  for (const auto& [gateway, rate] : pace.per_second) {
    pacers_.emplace(gateway, Pacer(rate_alone(rate)));
  }
}

async::Task<Result<void>> Tokenization::run(std::vector<TokenJob>& jobs) {
  const auto is_open = [](const TokenJob& job) { return job.is_open(); };
  while (std::any_of(jobs.begin(), jobs.end(), is_open)) {
    co_await ask_all(jobs);
    if (!trouble_.empty()) co_return fail(Fault::unavailable, trouble_);
  }
  co_return Result<void>{};
}

// Once through those that are open, or until there is no sense in asking.
async::Task<void> Tokenization::ask_all(std::vector<TokenJob>& jobs) {
  for (TokenJob& job : jobs) {
    if (!job.is_open()) continue;
    Pacer& pacer = pacer_of(job.card.gateway);
    co_await wait_for_turn(pacer);
    if (!trouble_.empty()) break;
    pacer.started(clock_.now());
    auto task = ask(job, pacer);
    co_await group_.spawn(std::move(task));
  }
  co_await group_.join();
}

async::Task<void> Tokenization::wait_for_turn(Pacer& pacer) {
  while (trouble_.empty() && pacer.room(clock_.now()) == 0) {
    const auto opens_at = pacer.opens_at(clock_.now());
    ensure(opens_at.has_value(), "a rate alone opens by itself");
    co_await alarm_.wait_until(*opens_at);
  }
}

Pacer& Tokenization::pacer_of(const GatewayId& gateway) {
  const auto known = pacers_.find(gateway);
  ensure(known != pacers_.end(), "a card goes to an account that makes tokens");
  return known->second;
}

async::Task<void> Tokenization::ask(TokenJob& job, Pacer& pacer) {
  ports::Tokenizer* tokenizer = tokenizers_.find(job.card.gateway);
  ensure(tokenizer != nullptr, "a card goes to an account that makes tokens");
  const Instant started_at = clock_.now();
  auto reply = co_await tokenizer->tokenize(job.card);
  std::optional<Millis> pause;
  if (const auto* slow = std::get_if<ports::SlowDown>(&reply)) pause = slow->retry_after;
  if (pause) pause = std::min(*pause, patience_.longest_pause);
  pacer.ended(service_of(reply), pause, started_at, clock_.now(), 0);
  note(job, reply);
}

void Tokenization::note(TokenJob& job, const ports::TokenizeReply& reply) {
  if (const auto* none = std::get_if<ports::NoAnswer>(&reply)) return note_no_answer(job, *none);
  unanswered_ = 0;
  heard_ = true;
  if (const auto* slow = std::get_if<ports::SlowDown>(&reply)) return note_slow_down(*slow);
  slowed_since_.reset();
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
void Tokenization::note_no_answer(TokenJob& job, const ports::NoAnswer& none) {
  const std::string& why = none.why;
  const bool often = ++job.unanswered >= patience_.times_for_one_card;
  if (++unanswered_ >= patience_.unanswered_in_a_row || (often && !heard_)) {
    trouble_ = none.look_at.empty() ? "FlexFactor does not answer (" + why + ")"
                                    : "FlexFactor does not take our cards (" + why + "); look at " +
                                          none.look_at + " of its gateway";
  } else if (often) {
    job.refusal = "FlexFactor did not answer (" + why + "); import the row again";
  }
}

// The pacer waits; here it only is told when that has gone on for too long.
void Tokenization::note_slow_down(const ports::SlowDown& reply) {
  const Instant now = clock_.now();
  if (!slowed_since_) slowed_since_ = now;
  if (now - *slowed_since_ < patience_.slowed_down) return;
  trouble_ = "FlexFactor asks to slow down and goes on asking (" + reply.why + ")";
}

}  // namespace recycled::engine
