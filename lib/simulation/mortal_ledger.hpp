// The real ledger, in a process that may die at any commit, on a disk that may fail, and with
// others in front of it: while a write waits its turn, everything else goes on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "flexfactor/behaviour.hpp"
#include "ports/ledger.hpp"
#include "simulation/disk.hpp"
#include "simulation/parts.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

// So many of so many commits kill.
struct Odds {
  int in = 0;
  int of = 1000;
};

// Where a process dies, seen from the transaction that it dies at.
enum class Death {
  before_commit,  // nothing of it has been written
  in_commit,      // all of it has been written, and nothing committed
  after_commit,   // all of it is durable, and nobody has heard so
};
std::string_view to_text(Death death);

using Deaths = std::map<Death, std::int64_t>;

// The one death of a world, at a commit of all its processes.
struct Appointed {
  std::int64_t commit = 0;  // 1 for the first; 0: none
  Death death = Death::before_commit;
};

class MortalLedger final : public ports::Ledger {
 public:
  // All outlive it.
  struct Parts {
    ports::Ledger& ledger;
    flexfactor::Dice& dice;
    Disk& disk;
    Process& process;
    Deaths& deaths;
    std::int64_t& commits;  // of all processes, this one among them
    VirtualTime& time;
  };
  // Each write has its turn up to `longest_turn` after the one before it; zero: at once.
  MortalLedger(Parts parts, Odds odds, Appointed appointed, Millis longest_turn)
      : parts_(parts), odds_(odds), appointed_(appointed), longest_turn_(longest_turn) {}

  // Throws Crash where the process dies, and from then on.
  async::Task<Result<void>> write(ports::LedgerWork work) override;

 private:
  async::Task<void> wait_for_turn();
  std::optional<Death> draw(Occasion occasion);
  [[noreturn]] void die(Death death);

  const Parts parts_;
  const Odds odds_;
  const Appointed appointed_;
  const Millis longest_turn_;
  Instant last_turn_{};
};

}  // namespace recycled::simulation
