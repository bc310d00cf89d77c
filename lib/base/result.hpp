// What the world may do is a value: an operation that can fail for a reason outside this program
// returns Result<T>. What we did wrong ourselves is `ensure` (ensure.hpp), never a Result.
#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace recycled {

enum class Fault {
  invalid,      // the input is wrong; the message names the item, the field and what to do
  not_found,    // it names something that is not there
  busy,         // somebody else holds it; trying later may work
  unavailable,  // a peer or the network did not answer
  store,        // the ledger could not do it (disk full, I/O error); nothing was changed
  newer,        // written by a newer program than this one
  away,         // the ledger is sealed to another place than this one; nothing was changed
};

struct Error {
  Fault fault = Fault::invalid;
  std::string message;

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

inline Failure fail(Fault fault, std::string message) {
  return Failure(Error{fault, std::move(message)});
}

}  // namespace recycled
