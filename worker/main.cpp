#include <exception>
#include <iostream>

#include "cli.hpp"
#include "exit_code.hpp"
#include "system/core_dumps.hpp"

// The only place that catches a Bug: the program no longer knows what is true, so it says so and
// stops. The ledger is whole; the next start resolves what was in flight.
int main(int count, char** arguments) {
  // Before anything is read: secrets and card numbers must not end in a file.
  if (const auto forbidden = recycled::system::forbid_core_dumps(); !forbidden) {
    std::cerr << "recycled: " << forbidden.error().message << '\n';
    return recycled::to_int(recycled::ExitCode::failed);
  }
  try {
    return recycled::run_command_line(count, arguments);
  } catch (const std::exception& exception) {
    std::cerr << "recycled: this is a bug, please report it: " << exception.what() << '\n';
    return recycled::to_int(recycled::ExitCode::bug);
  }
}
