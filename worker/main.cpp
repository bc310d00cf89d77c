#include <exception>
#include <iostream>

#include "base/failpoint.hpp"
#include "cli.hpp"
#include "exit_code.hpp"
#include "system/core_dumps.hpp"
#include "system/terminal.hpp"

namespace {

#ifdef RECYCLED_FAILPOINTS
// RECYCLED_FAILPOINT=NAME[:N] arms one for a test; `list` prints them all. False: that is all for
// now.
bool is_to_go_on() {
  const auto wanted = recycled::system::environment("RECYCLED_FAILPOINT");
  if (!wanted || recycled::arm_failpoint(*wanted)) return true;
  for (int index = 0; index <= static_cast<int>(recycled::last_failpoint); ++index) {
    std::cout << recycled::to_text(static_cast<recycled::Failpoint>(index)) << '\n';
  }
  return false;
}
#else
constexpr bool is_to_go_on() { return true; }
#endif

}  // namespace

// The only place that catches a Bug: the program no longer knows what is true, so it says so and
// stops. The ledger is whole; the next start resolves what was in flight.
int main(int count, char** arguments) {
  // Before anything is read: secrets and card numbers must not end in a file.
  if (const auto forbidden = recycled::system::forbid_core_dumps(); !forbidden) {
    std::cerr << "recycled: " << forbidden.error().message << '\n';
    return recycled::to_int(recycled::ExitCode::failed);
  }
  if (!is_to_go_on()) return recycled::to_int(recycled::ExitCode::usage);
  try {
    return recycled::run_command_line(count, arguments);
  } catch (const std::exception& exception) {
    std::cerr << "recycled: this is a bug, please report it: " << exception.what() << '\n';
    return recycled::to_int(recycled::ExitCode::bug);
  }
}
