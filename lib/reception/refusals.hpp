// The log lines of what is refused at a door. Anybody who reaches a listener can make as many of
// those as he likes, and a full disk stops the ledger: so many a minute are told one by one, and of
// the others how many they were.
#pragma once

#include "ports/clock.hpp"
#include "ports/events.hpp"

namespace recycled {

class Refusals {
 public:
  static constexpr std::int64_t told_singly = 60;  // in a minute

  // Both outlive it.
  Refusals(const ports::Clock& clock, ports::Events& events) : clock_(clock), events_(events) {}
  ~Refusals() { tell_of_others(); }
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  void note(const ports::Event& refused);

 private:
  void tell_of_others();

  const ports::Clock& clock_;
  ports::Events& events_;
  Instant minute_ends_ = from_millis(INT64_MIN);
  std::int64_t seen_ = 0;    // in this minute
  ports::EventName last_{};  // of those that were not told
};

}  // namespace recycled
