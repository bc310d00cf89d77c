// A shop whose shoppers wait, and a clerk who has new sales re-run: both ask at their times, and
// ask again what the process left unanswered by dying or by a failure of its ledger.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "async/task_group.hpp"
#include "engine/engine.hpp"
#include "simulation/parts.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

struct ShopAnswer {
  std::string result;  // "approved", "declined", "refused"; of a rerun "claimed", "refused"
  std::string reason;
  Millis waited{};  // by the process that answered
};

class Shop {
 public:
  explicit Shop(VirtualTime& time) : time_(time) {}

  // A shopper waits for a cascade. In the order of their times.
  void expect(Instant at, billing::Sale sale) { asked_.push_back({at, std::move(sale)}); }
  // The clerk names a gateway for a sale that the ledger knows.
  void expect(Instant at, engine::RerunWish wish) { asked_.push_back({at, std::move(wish)}); }

  // By the sale's id: every answer to a cascade, in order; and to a rerun.
  using Answers = std::map<std::string, std::vector<ShopAnswer>>;
  const Answers& answers() const { return answers_; }
  const Answers& reruns() const { return reruns_; }
  // A process died over so many, and so often the ledger could not be written.
  std::int64_t died_over() const { return died_over_; }
  std::int64_t turned_away() const { return turned_away_; }

  // Those who come before `end` and have no answer, one till each. The process may die over one.
  async::Task<void> serve(engine::Engine& engine, async::TaskGroup& tills, Instant end,
                          Process& process);

 private:
  struct Asked {
    Instant at;
    std::variant<billing::Sale, engine::RerunWish> what;
    bool is_waiting = false;  // at a till of this process, or of one that died
  };
  using Place = std::list<Asked>::iterator;

  async::Task<void> stand_at_till(engine::Engine& engine, Place place, Instant end,
                                  Process& process);
  // False: he is to ask again.
  async::Task<bool> ask(engine::Engine& engine, const Asked& asked);

  VirtualTime& time_;
  std::list<Asked> asked_;  // and not answered yet
  Answers answers_;
  Answers reruns_;
  std::int64_t died_over_ = 0;
  std::int64_t turned_away_ = 0;
};

}  // namespace recycled::simulation
