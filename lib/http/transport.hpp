// One HTTP exchange with one peer. The real transport is client.hpp; the simulation has one without
// sockets. A transport never repeats a request by itself (lessons.md 3).
#pragma once

#include <string>

#include "async/task.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

namespace recycled::http {

// Whether the peer may have seen the request: the difference between "send again as it is" and
// "ask what became of it".
enum class Reached { certainly_not, perhaps };

struct TransportFailure {
  Reached reached = Reached::perhaps;
  std::string why;
};

using Exchange = tl::expected<Response, TransportFailure>;

class Transport {
 public:
  virtual ~Transport() = default;
  // Ends within the transport's deadlines. A response cut off, or larger than the limit, is a
  // failure with Reached::perhaps.
  virtual async::Task<Exchange> exchange(Request request) = 0;
};

}  // namespace recycled::http
