#include "async/spawn.hpp"

#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "base/ensure.hpp"

namespace recycled::async {
namespace {

struct End {
  bool reached = false;
  std::exception_ptr fault;
};

}  // namespace

void run_to_end(boost::asio::io_context& context, Task<void> task) {
  // Shared, because a handler that throws out of run_one leaves this function before the task ends.
  const auto end = std::make_shared<End>();
  boost::asio::co_spawn(context, std::move(task), [end](std::exception_ptr fault) {
    end->reached = true;
    end->fault = std::move(fault);
  });
  context.restart();
  while (!end->reached) ensure(context.run_one() > 0, "nobody stops the context under a task");
  if (end->fault) std::rethrow_exception(end->fault);
}

void throw_from_run(boost::asio::any_io_executor executor, std::exception_ptr fault) {
  boost::asio::post(executor, [fault] { std::rethrow_exception(fault); });
}

}  // namespace recycled::async
