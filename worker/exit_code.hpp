// What the program's exit says to the script that started it. Source: operations.md "Commands".
#pragma once

#include "base/result.hpp"

namespace recycled {

enum class ExitCode {
  done = 0,
  failed = 1,
  usage = 2,
  needs_person = 3,  // done, but items need a person
  bug = 70,          // ours
  busy = 75,         // another run is at it
  config_invalid = 78,
};

constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

// The code of a command that could not do its work: only `busy` says that later may be different.
// A ledger that is sealed to another place is one that config and machine do not fit.
constexpr ExitCode exit_code_of(const Error& error) {
  if (error.fault == Fault::away) return ExitCode::config_invalid;
  return error.fault == Fault::busy ? ExitCode::busy : ExitCode::failed;
}

}  // namespace recycled
