// The real transaction, and somebody who gets in between a read and the guarded update after it.
#pragma once

#include <functional>
#include <utility>

#include "support/forwarding_tx.hpp"

namespace recycled::engine {

class RacingTx final : public testing::ForwardingTx {
 public:
  using Rival = std::function<void(ports::LedgerTx&)>;

  // `rival` runs before each update of a recovery.
  RacingTx(ports::LedgerTx& tx, Rival rival) : ForwardingTx(tx), rival_(std::move(rival)) {}

  bool update_recovery(RecoveryKey key, const billing::Recovery& before,
                       const billing::Recovery& after) override {
    rival_(tx_);
    return tx_.update_recovery(key, before, after);
  }

 private:
  Rival rival_;
};

}  // namespace recycled::engine
