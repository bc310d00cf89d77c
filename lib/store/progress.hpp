// What changes over a recovery's life, as columns of its row; the rest is as claimed.
#pragma once

#include <cstddef>

#include "billing/recovery.hpp"
#include "store/rows.hpp"

namespace recycled::store {

// In no index: written with each change.
#define PLAIN_PROGRESS(with)                                                                       \
  "reason" with ", step" with ", sending" with ", tries" with ", inquiries" with ", has_left" with \
  ", unsent_until" with ", left_by" with ", refund_due" with ", late" with ", refunded" with       \
  ", charged_back" with
#define PROGRESS_COLUMNS \
  PLAIN_PROGRESS("") ", state, ended, next_at, provider_order, settled_at, told"

// The values of PROGRESS_COLUMNS.
void bind_progress(Binder& out, const billing::Recovery& recovery);

// Writes what an index or a trigger goes by only where it is new: for a column that it is told to
// set SQLite takes each index's row out and puts it back, though nothing be new.
class ProgressUpdate {
 public:
  ProgressUpdate(const billing::Recovery& before, const billing::Recovery& after);

  // "UPDATE recovery SET … WHERE key = ? AND state = ?", the same address for the same columns.
  const char* sql() const;
  void bind(Binder& out) const;  // all but those last two

 private:
  const billing::Recovery& after_;
  std::size_t changed_ = 0;  // a bit a column
};

}  // namespace recycled::store
