// The ceilings of [limits], as whoever claims keeps under them (lessons.md "money breakers").
// Cascades neither count nor are held: a shopper waits for them, and a shop asks one at a time.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/desk.hpp"
#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

// How much more may be claimed, in the one transaction that claims. The day is the ledger's, so
// that whatever else hands over beside us counts; the run is ours.
class Room {
 public:
  // `run`: what this run has claimed before. Nothing: it is a service, which has no end, and the
  // day's ceilings alone count. Reads nothing where there is no ceiling.
  Room(ports::LedgerReader& reader, const Desk& desk, Instant now,
       std::optional<billing::HandedOver> run);

  // Which ceiling one more of that amount would be above; none: there is room.
  std::optional<std::string> why_not(const Money& next) const;
  // No claim, of whatever amount, has room any more.
  bool is_full() const;
  void take(const Money& amount);
  // What an earlier process has claimed for the same plan is of the same run; the ledger knows it.
  void count_earlier(const Money& amount);

  const std::optional<billing::HandedOver>& run() const { return run_; }

 private:
  const billing::Ceilings* ceilings_;
  std::optional<billing::HandedOver> run_;
  billing::HandedOver day_;
};

// How much this run has claimed, and what it has told the log: of each ceiling that is reached once
// a day.
class CeilingWatch {
 public:
  explicit CeilingWatch(ports::Events& events) : events_(events) {}

  // From here on this is a run with an end.
  void begin_run() { run_.emplace(); }
  const std::optional<billing::HandedOver>& run() const { return run_; }

  // What was claimed with that room is durable; `reached` kept others back.
  void saw(const Room& room, const std::set<std::string>& reached, CivilDate day);
  // Kept somebody back, on that day.
  void saw(const std::set<std::string>& reached, CivilDate day);

 private:
  ports::Events& events_;
  std::optional<billing::HandedOver> run_;
  std::set<std::string> told_;
  CivilDate told_on_{};
};

}  // namespace recycled::engine
