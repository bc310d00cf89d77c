#include "commands/pages.hpp"

#include <algorithm>
#include <iostream>

#include "base/failpoint.hpp"
#include "commands/progress.hpp"
#include "system/terminal.hpp"

namespace recycled {
namespace {

constexpr int stderr_number = 2;
constexpr std::size_t largest_page = 500;
constexpr int pages_in_a_second = 4;  // at a pace: what is let through together is a quarter of it

Progress::Style style() {
  return system::is_terminal(stderr_number) ? Progress::Style::bar : Progress::Style::lines;
}

}  // namespace

Pages::Pages(Caller& caller, OpenedLedger& ledger, int per_second)
    : caller_(caller), ledger_(ledger), per_second_(per_second) {}

std::size_t Pages::page_of(Work work) const {
  if (work == Work::looks || per_second_ == 0) return largest_page;
  const auto page = static_cast<std::size_t>(std::max(per_second_ / pages_in_a_second, 1));
  return std::min(page, largest_page);
}

// A clock that is set meanwhile makes one page early or late.
void Pages::keep_pace(std::size_t page, Instant began) {
  const Millis span(static_cast<std::int64_t>(page) * 1000 / per_second_);
  caller_.wait(std::clamp(began + span - ledger_.now(), Millis(0), span));
}

Result<std::size_t> Pages::run(std::size_t count, const std::string& items, Work work,
                               const Begin& begin, const One& one) {
  const std::size_t page = page_of(work);
  Progress progress(std::cerr, style(), caller_.clock(), static_cast<std::int64_t>(count), items);
  done_ = 0;
  while (done_ < count && !caller_.is_stopping()) {
    const Instant began = ledger_.now();
    const std::size_t last = std::min(count, done_ + page);
    const auto written = ledger_.write([&](ports::LedgerTx& tx) {
      begin();
      for (std::size_t index = done_; index < last; ++index) one(tx, index);
    });
    if (!written) {
      progress.finish();
      return Failure(written.error());
    }
    if (work == Work::writes) may_die_at(Failpoint::page_committed);
    done_ = last;
    progress.show(static_cast<std::int64_t>(done_), static_cast<std::int64_t>(done_));
    if (work == Work::writes && per_second_ > 0 && done_ < count) keep_pace(page, began);
  }
  progress.finish();
  return done_;
}

}  // namespace recycled
