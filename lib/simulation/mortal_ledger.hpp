// The real ledger, in a process that may die at any commit, and on a disk that may fail.
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
  };
  MortalLedger(Parts parts, Odds odds, Appointed appointed)
      : parts_(parts), odds_(odds), appointed_(appointed) {}

  // Throws Crash where the process dies, and from then on.
  async::Task<Result<void>> write(ports::LedgerWork work) override;

 private:
  std::optional<Death> draw(Occasion occasion);
  [[noreturn]] void die(Death death);

  const Parts parts_;
  const Odds odds_;
  const Appointed appointed_;
};

}  // namespace recycled::simulation
