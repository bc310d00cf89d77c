// Named moments at which a crash could lose money. In a build with RECYCLED_FAILPOINTS a test lets
// the process die at one of them, as kill -9 would; in any other build they cost nothing and not
// even their names are there. What the program owes at each is in ARCHITECTURE.md "What a crash
// leaves".
#pragma once

#include <string_view>

namespace recycled {

enum class Failpoint {
  // the store: any transaction, and the schema
  commit_before,
  commit_done,
  migration_step,
  migration_before_commit,
  migration_committed,
  // the start of a run
  start_interrupted,
  start_replanned,
  // an import, and a claim by scan, backfill, rerun or cascade
  import_written,
  import_committed,
  claim_written,
  claim_committed,
  page_committed,
  rerun_committed,
  cascade_committed,
  calls_held,
  // the call
  call_before,
  request_written,
  answer_read,
  call_answered,
  inquiry_answered,
  cancel_before,
  cancel_answered,
  refund_before,
  refund_answered,
  // its result, in one transaction and after it
  result_written,
  state_written,
  settlement_written,
  result_committed,
  // the answer to a shopper
  cascade_deadline,
  cascade_told,
  // a callback, from its signature to the 200
  callback_verified,
  callback_written,
  callback_committed,
  // an event for the merchant, and its file
  event_queued,
  event_delivered,
  event_marked,
  line_before,
  line_written,
  line_synced,
  // other files
  reject_written,
  file_written,
  file_renamed,
  // a ledger that moves to another database
  move_copied,
  move_left,
};

#ifdef RECYCLED_FAILPOINTS

constexpr Failpoint last_failpoint = Failpoint::move_left;

// "result.committed": the enumerator with a dot in it.
std::string_view to_text(Failpoint point);

// Dies here, by SIGKILL, if this is the point that is armed and it is passed for the n-th time.
void may_die_at(Failpoint point);

// "result.committed" or "result.committed:3", the third passing. False: there is no such point.
// Before anything runs beside it.
bool arm_failpoint(std::string_view name_and_passing);

#else

constexpr void may_die_at(Failpoint) {}

#endif

}  // namespace recycled
