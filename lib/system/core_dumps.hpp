// What is in this process's memory stays there: card numbers pass through it (mission.md X4).
#pragma once

#include "base/result.hpp"

namespace recycled::system {

// No core file, whatever limit the process was started with, no handler that is fed one, and no
// debugger of another process of the same user. Fault::unavailable: the system refuses.
Result<void> forbid_core_dumps();

}  // namespace recycled::system
