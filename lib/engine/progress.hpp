// The signs of life of the engine's loop, for whoever watches that it goes on. A loop that waits
// for something to come due shows one each time it comes round; one that is in a long walk, each
// time the ledger has answered it. A loop that is stuck shows none, whatever callbacks, shops and
// calls under way do beside it.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "ports/ledger.hpp"

namespace recycled::engine {

enum class Progress {
  answer,  // the ledger's, to a piece of a walk of the loop's own: a page, a batch
  pass     // the loop has looked at everything, and has read from the ledger when to look again
};

using OnProgress = std::function<void(Progress)>;

// The ledger as the loop's own walks see it. Each comes to an end, so an answer is a step forward.
class LoopLedger final : public ports::Ledger {
 public:
  LoopLedger(ports::Ledger& ledger, const OnProgress& on_progress)
      : ledger_(ledger), on_progress_(on_progress) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    auto done = co_await ledger_.write(std::move(work));
    if (done && on_progress_) on_progress_(Progress::answer);
    co_return done;
  }

  Instant ours_until() const override { return ledger_.ours_until(); }
  std::optional<Millis> looks_for_others_every() const override {
    return ledger_.looks_for_others_every();
  }

 private:
  ports::Ledger& ledger_;
  const OnProgress& on_progress_;
};

}  // namespace recycled::engine
