#include "reception/refusals.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace recycled {

void Refusals::note(const ports::Event& refused) {
  const Instant now = clock_.now();
  // A clock that was set back begins a new minute as well.
  const bool is_over = now >= minute_ends_ || now < minute_ends_ - std::chrono::minutes(1);
  if (is_over) {
    tell_of_others();
    minute_ends_ = now + std::chrono::minutes(1);
    seen_ = 0;
  }
  last_ = refused.name;
  if (++seen_ <= told_singly) events_.note(refused);
}

void Refusals::tell_of_others() {
  if (seen_ <= told_singly) return;
  ports::Event others(last_);
  others.count = seen_ - told_singly;
  others.reason = "more of them within a minute than are told one by one";
  events_.note(others);
  seen_ = 0;
}

}  // namespace recycled
