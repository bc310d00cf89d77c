// A shop whose shoppers wait: asks for cascades at their times, and asks again what the process
// left unanswered by dying.
#pragma once

#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "async/task_group.hpp"
#include "engine/engine.hpp"
#include "simulation/parts.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

struct ShopAnswer {
  std::string result;  // "approved", "declined", "refused"
  std::string reason;
  Millis waited{};
};

class Shop {
 public:
  explicit Shop(VirtualTime& time) : time_(time) {}

  // In the order of their times.
  void expect(Instant at, billing::Sale sale) { shoppers_.push_back({at, std::move(sale)}); }
  // By the sale's id: every answer it was given, in order.
  const std::map<std::string, std::vector<ShopAnswer>>& answers() const { return answers_; }

  // Those who come before `end` and have no answer, one till each. The process may die over one.
  async::Task<void> serve(engine::Engine& engine, async::TaskGroup& tills, Instant end,
                          Process& process) {
    for (Shopper& shopper : shoppers_) {
      if (shopper.is_answered || shopper.at >= end) continue;
      co_await time_.sleep_until(shopper.at);
      if (process.crashed) co_return;
      tills.start(ask(engine, shopper, process));
    }
  }

 private:
  struct Shopper {
    Instant at;
    billing::Sale sale;
    bool is_answered = false;
  };

  async::Task<void> ask(engine::Engine& engine, Shopper& shopper, Process& process) {
    const Instant began = time_.now();
    try {
      billing::Sale row = shopper.sale;
      const auto answer = co_await engine.cascade(std::move(row));
      if (!answer) co_return;
      shopper.is_answered = true;
      answers_[shopper.sale.id.str()].push_back({std::string(ports::result_of(*answer)),
                                                 std::string(ports::reason_of(*answer)),
                                                 time_.now() - began});
    } catch (const Crash&) {
      process.crashed = true;
    }
  }

  VirtualTime& time_;
  std::list<Shopper> shoppers_;
  std::map<std::string, std::vector<ShopAnswer>> answers_;
};

}  // namespace recycled::simulation
