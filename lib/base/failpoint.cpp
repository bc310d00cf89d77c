#include "base/failpoint.hpp"

#ifdef RECYCLED_FAILPOINTS

#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <optional>

#include "base/words.hpp"

namespace recycled {
namespace {

struct Row {
  Failpoint point;
  std::string_view text;
};

constexpr auto table = std::to_array<Row>({
    {Failpoint::commit_before, "commit.before"},
    {Failpoint::commit_done, "commit.done"},
    {Failpoint::migration_step, "migration.step"},
    {Failpoint::migration_before_commit, "migration.before_commit"},
    {Failpoint::migration_committed, "migration.committed"},
    {Failpoint::start_interrupted, "start.interrupted"},
    {Failpoint::start_replanned, "start.replanned"},
    {Failpoint::import_written, "import.written"},
    {Failpoint::import_committed, "import.committed"},
    {Failpoint::claim_written, "claim.written"},
    {Failpoint::claim_committed, "claim.committed"},
    {Failpoint::page_committed, "page.committed"},
    {Failpoint::rerun_committed, "rerun.committed"},
    {Failpoint::cascade_committed, "cascade.committed"},
    {Failpoint::calls_held, "calls.held"},
    {Failpoint::call_before, "call.before"},
    {Failpoint::request_written, "request.written"},
    {Failpoint::answer_read, "answer.read"},
    {Failpoint::call_answered, "call.answered"},
    {Failpoint::inquiry_answered, "inquiry.answered"},
    {Failpoint::cancel_before, "cancel.before"},
    {Failpoint::cancel_answered, "cancel.answered"},
    {Failpoint::refund_before, "refund.before"},
    {Failpoint::refund_answered, "refund.answered"},
    {Failpoint::result_written, "result.written"},
    {Failpoint::state_written, "state.written"},
    {Failpoint::settlement_written, "settlement.written"},
    {Failpoint::result_committed, "result.committed"},
    {Failpoint::cascade_deadline, "cascade.deadline"},
    {Failpoint::cascade_told, "cascade.told"},
    {Failpoint::callback_verified, "callback.verified"},
    {Failpoint::callback_written, "callback.written"},
    {Failpoint::callback_committed, "callback.committed"},
    {Failpoint::event_queued, "event.queued"},
    {Failpoint::event_delivered, "event.delivered"},
    {Failpoint::event_marked, "event.marked"},
    {Failpoint::line_before, "line.before"},
    {Failpoint::line_written, "line.written"},
    {Failpoint::line_synced, "line.synced"},
    {Failpoint::reject_written, "reject.written"},
    {Failpoint::file_written, "file.written"},
    {Failpoint::file_renamed, "file.renamed"},
    {Failpoint::move_copied, "move.copied"},
    {Failpoint::move_left, "move.left"},
});

constexpr bool is_in_order() {
  for (std::size_t index = 0; index < table.size(); ++index) {
    if (static_cast<std::size_t>(table[index].point) != index) return false;
  }
  return table.size() == static_cast<std::size_t>(last_failpoint) + 1;
}
static_assert(is_in_order(), "the table has each point once, in its order");

std::optional<Failpoint> armed;     // set once, before there are threads
std::atomic<int> passings_left{0};  // of the armed one

}  // namespace

void may_die_at(Failpoint point) {
  if (armed != point || --passings_left != 0) return;
  std::raise(SIGKILL);
}

bool arm_failpoint(std::string_view name_and_passing) {
  const auto colon = name_and_passing.find(':');
  int passing = 1;
  if (colon != std::string_view::npos) {
    const auto digits = name_and_passing.substr(colon + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), passing);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return false;
  }
  armed = parse_word(name_and_passing.substr(0, colon), last_failpoint);
  passings_left = passing;
  return armed.has_value() && passing > 0;
}

std::string_view to_text(Failpoint point) { return table[static_cast<std::size_t>(point)].text; }

}  // namespace recycled

#endif
