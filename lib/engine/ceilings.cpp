#include "engine/ceilings.hpp"

#include <utility>

namespace recycled::engine {

Room::Room(ports::LedgerReader& reader, const Desk& desk, Instant now,
           std::optional<billing::HandedOver> run)
    : ceilings_(&desk.rules().ceilings), run_(std::move(run)) {
  if (any(ceilings_->day)) day_ = ports::handed_over_today(reader, desk.calendar(), now);
}

std::optional<std::string> Room::why_not(const Money& next) const {
  if (run_) {
    if (auto reached = too_much(ceilings_->run, *run_, next, "run")) return reached;
  }
  return too_much(ceilings_->day, day_, next, "day");
}

bool Room::is_full() const {
  const bool run_full = run_ && ceilings_->run.count > 0 && run_->count >= ceilings_->run.count;
  return run_full || (ceilings_->day.count > 0 && day_.count >= ceilings_->day.count);
}

void Room::take(const Money& amount) {
  count_earlier(amount);
  day_.add(amount);
}

void Room::count_earlier(const Money& amount) {
  if (run_) run_->add(amount);
}

void CeilingWatch::saw(const Room& room, const std::set<std::string>& reached, CivilDate day) {
  if (run_) run_ = room.run();
  saw(reached, day);
}

void CeilingWatch::saw(const std::set<std::string>& reached, CivilDate day) {
  if (day != told_on_) told_.clear();
  told_on_ = day;
  for (const std::string& ceiling : reached) {
    if (!told_.insert(ceiling).second) continue;
    ports::Event event(ports::EventName::ceiling_reached);
    event.reason = ceiling;
    events_.note(event);
  }
}

}  // namespace recycled::engine
