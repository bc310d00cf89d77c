// The bridge from a callback, on whatever thread, back into a coroutine.
#pragma once

#include <functional>

#include "async/task.hpp"

namespace recycled::async {

// Call it exactly once, from any thread: the coroutine goes on, on its own executor.
using Resume = std::function<void()>;

// Suspends the calling coroutine, hands `start` what resumes it, and returns once that was called.
// The executor counts as busy meanwhile, so an io_context does not run dry under a waiting task.
Task<void> until_resumed(std::function<void(Resume)> start);

}  // namespace recycled::async
