// Invariants of our own. They stay on in release builds: a broken one means the program no longer
// knows what is true, and with other people's money the right move is to stop (exit code 70).
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace recycled {

// Thrown by ensure; only main catches it.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void ensure(bool holds, const char* promise,
                   std::source_location where = std::source_location::current()) {
  if (holds) return;
  throw Bug(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
            ": broken promise: " + promise);
}

}  // namespace recycled
