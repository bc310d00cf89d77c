#include "simulation/mortal_ledger.hpp"

#include <algorithm>

namespace recycled::simulation {

std::string_view to_text(Death death) {
  switch (death) {
    case Death::before_commit:
      return "before_commit";
    case Death::in_commit:
      return "in_commit";
    case Death::after_commit:
      return "after_commit";
  }
  return "";
}

void MortalLedger::die(Death death) {
  parts_.process.crashed = true;
  ++parts_.deaths[death];
  throw Crash();
}

std::optional<Death> MortalLedger::draw(Occasion occasion) {
  if (++parts_.commits == appointed_.commit) return appointed_.death;
  constexpr Death all[] = {Death::before_commit, Death::in_commit, Death::after_commit};
  // Commits of what is told are few among all, and are to be died over all the same.
  const int times = occasion == Occasion::callback ? 20 : occasion == Occasion::event ? 5 : 1;
  if (parts_.dice.roll(odds_.of) >= times * odds_.in) return std::nullopt;
  return all[parts_.dice.roll(3)];
}

async::Task<void> MortalLedger::wait_for_turn() {
  if (longest_turn_ == Millis(0)) co_return;
  const auto turn = Millis(parts_.dice.roll(longest_turn_.count() + 1));
  last_turn_ = std::max(last_turn_, parts_.time.now()) + turn;
  co_await parts_.time.sleep_until(last_turn_);
}

async::Task<Result<void>> MortalLedger::write(ports::LedgerWork work) {
  if (parts_.process.crashed) throw Crash();
  const Occasion occasion = parts_.process.occasion;
  if (occasion == Occasion::event) parts_.process.occasion = Occasion::anything;  // this commit
  co_await wait_for_turn();
  if (parts_.process.crashed) throw Crash();
  const std::optional<Death> death = draw(occasion);
  if (death == Death::before_commit) die(*death);
  if (death == Death::in_commit) {
    work = [work = std::move(work)](ports::LedgerTx& tx) {
      work(tx);
      throw Crash();
    };
  }
  // The store's executor is the caller's thread: nothing else runs meanwhile.
  Disk::Use use(parts_.disk, occasion);
  Result<void> done;
  try {
    done = co_await parts_.ledger.write(std::move(work));
  } catch (const Crash&) {
    die(Death::in_commit);
  }
  if (!done) use.failed();
  if (done && death == Death::after_commit) die(*death);
  co_return done;
}

}  // namespace recycled::simulation
