#include "async/suspend.hpp"

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace recycled::async {

namespace asio = boost::asio;

namespace {

template <class Handler>
struct Suspended {
  explicit Suspended(Handler waiting)
      : handler(std::move(waiting)), guard(asio::make_work_guard(handler)) {}

  Handler handler;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard;
};

}  // namespace

Task<void> until_resumed(std::function<void(Resume)> start) {
  auto initiate = [start = std::move(start)](auto handler) {
    using State = Suspended<decltype(handler)>;
    auto state = std::make_shared<State>(std::move(handler));
    start([state] {
      const auto executor = state->guard.get_executor();
      asio::post(executor, [state] {
        state->guard.reset();
        auto resumed = std::move(state->handler);
        resumed();
      });
    });
  };
  auto pending = asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate),
                                                                             asio::use_awaitable);
  co_await std::move(pending);
}

}  // namespace recycled::async
