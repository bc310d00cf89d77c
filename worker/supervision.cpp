#include "supervision.hpp"

#include <chrono>

namespace recycled {
namespace {

using std::chrono::seconds;

// How long one page of the start's walks over the ledger may take.
constexpr Millis start_patience = seconds(60);
// Between the end of the grace and the end of the process.
constexpr Millis leaving = seconds(5);
// Passes follow each other closely under load; a person reads no faster.
constexpr Millis between_lines = seconds(1);

}  // namespace

Supervision::Supervision(boost::asio::io_context& io, engine::Engine& engine)
    : engine_(engine), question_(io), start_(start_patience, clock_.now()) {
  manager_.status("starting");
  engine_.watch([this](engine::Progress what) { progressed(what); });
}

Supervision::~Supervision() { engine_.watch(nullptr); }

void Supervision::ready() {
  if (phase_ != Phase::starting) return;  // stopped on the way
  phase_ = Phase::running;
  manager_.ready();
  manager_.status("ready");
  const auto patience = manager_.patience();
  if (!patience) return;
  liveness_.emplace(*patience, clock_.now());
  await_question();
}

// A start that goes on is not cut off, however much it has to look over.
void Supervision::progressed(engine::Progress what) {
  const Instant now = clock_.now();
  switch (phase_) {
    case Phase::starting:
      if (start_.progressed(now)) manager_.extend(start_patience);
      return;
    case Phase::stopping:
      return;
    case Phase::running:
      break;
  }
  if (what == engine::Progress::pass) show_standing(now);
  if (!liveness_ || !liveness_->progressed(now)) return;
  manager_.alive();
  await_question();
}

void Supervision::show_standing(Instant now) {
  if (now - shown_at_ < between_lines) return;
  std::string line = engine::in_words(engine_.standing(), engine_.tally());
  shown_at_ = now;
  if (line == shown_) return;
  manager_.status(line);
  shown_ = std::move(line);
}

// Asks the engine to come round; its answer is what the supervisor hears of, not the question.
void Supervision::await_question() {
  question_.expires_after(liveness_->ask_at() - clock_.now());
  question_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || phase_ != Phase::running) return;
    liveness_->asked(clock_.now());
    engine_.look();
    await_question();
  });
}

void Supervision::reload(const std::function<void()>& work) {
  const bool is_told = phase_ == Phase::running;
  if (is_told) manager_.reloading();
  work();
  if (is_told) manager_.ready();
}

void Supervision::stopping(Millis grace) {
  phase_ = Phase::stopping;
  question_.cancel();
  manager_.stopping();
  manager_.extend(grace + leaving);
  manager_.status("stopping: waits for what is under way");
}

void Supervision::failed() {
  phase_ = Phase::stopping;
  question_.cancel();
  manager_.stopping();
  manager_.status("failed: the log says why");
}

}  // namespace recycled
