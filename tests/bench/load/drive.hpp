// Sends what was prepared, and sees how it is answered.
#pragma once

#include <vector>

#include "load/line.hpp"

namespace recycled::bench {

struct Pace {
  int connections = 64;
  int per_second = 0;  // 0: as fast as they are answered
  std::chrono::seconds limit{60};
};

struct Seen {
  std::size_t fresh = 0;     // answered as they must be
  std::size_t repeated = 0;  // …
  std::size_t forged = 0;    // refused
  std::size_t wrong = 0;     // answered in any other way
  std::string first_wrong;
  std::vector<double> took;  // microseconds, in ascending order
  double seconds = 0;
  double cpu_seconds = 0;  // the generator's own
  bool by_time = false;    // the limit ended it, not the count
};

// At a pace, a request counts from the instant at which it should have left.
Seen drive(const Target& target, const std::vector<Prepared>& requests, const Pace& pace);

}  // namespace recycled::bench
