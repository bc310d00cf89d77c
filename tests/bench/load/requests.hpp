// What the generator sends: every request is built and signed before the clock starts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "crypto/secret.hpp"
#include "flexfactor/signature.hpp"

namespace recycled::bench {

enum class Sort { fresh, repeated, forged };

struct Prepared {
  std::string bytes;
  Sort sort = Sort::fresh;
  int status = 200;     // of the answer that must come
  std::string in_body;  // what must stand in it; empty: anything
};

struct OpenOrder {
  std::string ours;
  std::string theirs;
};

struct CallbackMix {
  std::size_t count = 0;
  int repeats = 5;         // percent that tell once more what was told 500 to 2000 places before
  std::size_t forged = 0;  // signed with another key
};

// Callbacks on the orders, one each: four of five were completed, the others have expired. A repeat
// has a nonce of its own, as FlexFactor's have. There must be an order for each that is not a
// repeat.
std::vector<Prepared> callbacks(const std::vector<OpenOrder>& orders, const CallbackMix& mix,
                                const crypto::Secret& key, const std::string& host, Instant now);

// Cascades at the local API, each of an order that nobody has seen; `name` begins their ids.
std::vector<Prepared> cascades(std::size_t count, const std::string& name,
                               const crypto::Secret& token);

}  // namespace recycled::bench
