// The ways from ordinary code into coroutines and out of them again. Nobody else calls co_spawn.
#pragma once

#include <exception>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include "async/task.hpp"

namespace recycled::async {

// Runs the context until `task` has ended, and rethrows what came out of it or out of any other
// handler. What else the context holds stays there for the next run. Whoever stops the context
// before the task has ended leaves it nobody to be resumed by: that is a Bug.
void run_to_end(boost::asio::io_context& context, Task<void> task);

// Rethrows `fault` out of the context's run(), so that a Bug found in background work stops the
// program instead of lying in a group until somebody joins it.
void throw_from_run(boost::asio::any_io_executor executor, std::exception_ptr fault);

}  // namespace recycled::async
