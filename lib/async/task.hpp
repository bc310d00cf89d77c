// A coroutine of this program. g++ 12 miscompiles co_await next to temporaries (ARCHITECTURE.md
// "C++"): `auto x = co_await f(named, std::move(named));` stands alone on its line, coroutines are
// named functions, and parameters are taken by value except ports and long-lived objects.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace recycled::async {

template <class T = void>
using Task = boost::asio::awaitable<T>;

// Where coroutines run: one thread's event loop.
using Executor = boost::asio::any_io_executor;

}  // namespace recycled::async
