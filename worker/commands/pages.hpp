// Many small decisions about the ledger, a page of them in one transaction, for a command that may
// take long: shows how far it is, keeps to a pace, and stops between two pages when it is asked to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "caller.hpp"
#include "ports/ledger.hpp"
#include "wiring.hpp"

namespace recycled {

class Pages {
 public:
  // `per_second` is how many of those that are written may be begun in a second; 0: as many as can
  // be. Both outlive it.
  Pages(Caller& caller, OpenedLedger& ledger, int per_second);

  enum class Work { looks, writes };
  using Begin = std::function<void()>;
  using One = std::function<void(ports::LedgerTx&, std::size_t index)>;

  // One after the other, up to `count`. `begin` comes before each page and, since a page may be run
  // twice when its commit fails, has to undo what its first run left behind. How many are durable
  // afterwards: fewer than `count` if it was asked to stop. What `one` throws undoes its page.
  Result<std::size_t> run(std::size_t count, const std::string& items, Work work,
                          const Begin& begin, const One& one);
  // Of the last run, whatever ended it.
  std::size_t done() const { return done_; }

 private:
  std::size_t page_of(Work work) const;
  void keep_pace(std::size_t page, Instant began);

  Caller& caller_;
  OpenedLedger& ledger_;
  const int per_second_;
  std::size_t done_ = 0;
};

}  // namespace recycled
