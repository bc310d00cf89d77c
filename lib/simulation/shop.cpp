#include "simulation/shop.hpp"

#include <utility>

namespace recycled::simulation {

async::Task<void> Shop::serve(engine::Engine& engine, async::TaskGroup& tills, Instant end,
                              Process& process) {
  for (Asked& asked : asked_) {
    if (asked.is_waiting) ++died_over_;
    asked.is_waiting = false;
  }
  for (auto next = asked_.begin(); next != asked_.end() && next->at < end;) {
    const auto place = next++;
    co_await time_.sleep_until(place->at);
    if (process.is_over()) co_return;
    place->is_waiting = true;
    tills.start(stand_at_till(engine, place, end, process));
  }
}

async::Task<void> Shop::stand_at_till(engine::Engine& engine, Place place, Instant end,
                                      Process& process) {
  constexpr Millis pause = std::chrono::seconds(2);
  try {
    while (true) {
      const bool is_answered = co_await ask(engine, *place);
      if (is_answered) break;
      ++turned_away_;
      if (time_.now() + pause >= end) {
        place->is_waiting = false;  // he comes again when we have opened again
        co_return;
      }
      co_await time_.sleep_until(time_.now() + pause);
    }
    asked_.erase(place);
  } catch (const Crash&) {
    process.crashed = true;
  }
}

async::Task<bool> Shop::ask(engine::Engine& engine, const Asked& asked) {
  const Instant began = time_.now();
  if (const auto* wish = std::get_if<engine::RerunWish>(&asked.what)) {
    std::vector<engine::RerunWish> wishes{*wish};
    const auto claims = co_await engine.rerun(std::move(wishes));
    if (!claims) co_return false;
    ShopAnswer answer{"refused", "not_known", time_.now() - began};
    if (const auto& claim = claims->front()) {
      const auto* refusal = std::get_if<billing::SaleRefusal>(&*claim);
      answer.result = refusal != nullptr ? "refused" : "claimed";
      answer.reason = refusal != nullptr ? to_text(refusal->reason) : "none";
    }
    reruns_[wish->sale.str()].push_back(std::move(answer));
    co_return true;
  }
  billing::Sale row = std::get<billing::Sale>(asked.what);
  const std::string id = row.id.str();
  const auto answer = co_await engine.cascade(std::move(row));
  if (!answer) co_return false;
  answers_[id].push_back({std::string(ports::result_of(*answer)),
                          std::string(ports::reason_of(*answer)), time_.now() - began});
  co_return true;
}

}  // namespace recycled::simulation
