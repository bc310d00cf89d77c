// The ledger for a cascade, whose shopper waits at a till: what is written by way of this goes
// before what has gathered, a scan's claims or a thousand answers.
#pragma once

#include <optional>
#include <utility>

#include "ports/ledger.hpp"

namespace recycled::engine {

class TillLedger final : public ports::Ledger {
 public:
  explicit TillLedger(ports::Ledger& ledger) : ledger_(ledger) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    return ledger_.write_first(std::move(work));
  }

  Instant ours_until() const override { return ledger_.ours_until(); }
  std::optional<Millis> looks_for_others_every() const override {
    return ledger_.looks_for_others_every();
  }

 private:
  ports::Ledger& ledger_;
};

}  // namespace recycled::engine
