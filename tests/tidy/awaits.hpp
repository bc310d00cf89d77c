// The co_await rule: g++ 12 compiles co_await next to temporaries into a double free, without a
// warning. So it stands alone: `co_await f(x);`, `auto y = co_await f(x);` or `y = co_await f(x);`.
#pragma once

#include "source.hpp"

namespace recycled::tidy {

Findings check_awaits(const Source& source);

}  // namespace recycled::tidy
