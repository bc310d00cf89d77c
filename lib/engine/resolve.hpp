// A person's word on a parked item: found by what a person calls it, decided and written as all
// other news is, and kept with who said it (operations.md `resolve`).
#pragma once

#include <string>
#include <variant>

#include "billing/person.hpp"
#include "engine/apply.hpp"

namespace recycled::engine {

struct Resolving {
  std::string id;  // a subscription, an order of the merchant, or one of our order ids
  billing::PersonWord word = billing::PersonWord::failed;
  std::string by;
  std::string note;  // may be empty
};

// In the caller's transaction. A sentence: why nothing was changed.
std::variant<Applied, std::string> resolve(ports::LedgerTx& tx, const Resolving& resolving,
                                           const Desk& desk, const Moment& moment);

}  // namespace recycled::engine
