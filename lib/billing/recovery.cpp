#include "billing/recovery.hpp"

#include "base/ensure.hpp"
#include "base/words.hpp"

namespace recycled::billing {

std::string_view to_text(RecoveryKind kind) {
  switch (kind) {
    case RecoveryKind::recycle:
      return "recycle";
    case RecoveryKind::rerun:
      return "rerun";
    case RecoveryKind::cascade:
      return "cascade";
  }
  return "";
}

std::optional<RecoveryKind> parse_recovery_kind(std::string_view text) {
  return parse_word(text, RecoveryKind::cascade);
}

std::string_view to_text(RecoveryState state) {
  switch (state) {
    case RecoveryState::intended:
      return "intended";
    case RecoveryState::unknown:
      return "unknown";
    case RecoveryState::waiting:
      return "waiting";
    case RecoveryState::grace:
      return "grace";
    case RecoveryState::withdrawing:
      return "withdrawing";
    case RecoveryState::parked:
      return "parked";
    case RecoveryState::recovered:
      return "recovered";
    case RecoveryState::failed:
      return "failed";
    case RecoveryState::withdrawn:
      return "withdrawn";
    case RecoveryState::released:
      return "released";
  }
  ensure(false, "a recovery state of the set");
  return {};
}

std::optional<RecoveryState> parse_recovery_state(std::string_view text) {
  return parse_word(text, RecoveryState::released);
}

bool is_live(RecoveryState state) {
  switch (state) {
    case RecoveryState::intended:
    case RecoveryState::unknown:
    case RecoveryState::waiting:
    case RecoveryState::grace:
    case RecoveryState::withdrawing:
    case RecoveryState::parked:
      return true;
    case RecoveryState::recovered:
    case RecoveryState::failed:
    case RecoveryState::withdrawn:
    case RecoveryState::released:
      return false;
  }
  ensure(false, "a recovery state of the set");
  return false;
}

std::string_view to_text(Step step) {
  switch (step) {
    case Step::none:
      return "none";
    case Step::send:
      return "send";
    case Step::inquire:
      return "inquire";
    case Step::cancel:
      return "cancel";
    case Step::external_cancel:
      return "external_cancel";
    case Step::refund:
      return "refund";
  }
  ensure(false, "a step of the set");
  return {};
}

std::optional<Step> parse_step(std::string_view text) { return parse_word(text, Step::refund); }

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "none";
    case Reason::declined:
      return "declined";
    case Reason::expired:
      return "expired";
    case Reason::cancelled_by_provider:
      return "cancelled_by_provider";
    case Reason::customer_cancelled:
      return "customer_cancelled";
    case Reason::customer_paused:
      return "customer_paused";
    case Reason::unresolved:
      return "unresolved";
    case Reason::never_sent:
      return "never_sent";
    case Reason::refused:
      return "refused";
    case Reason::challenge:
      return "challenge";
    case Reason::capture_required:
      return "capture_required";
    case Reason::strange_reply:
      return "strange_reply";
    case Reason::problem:
      return "problem";
    case Reason::cancel_ignored:
      return "cancel_ignored";
    case Reason::late_success:
      return "late_success";
    case Reason::interrupted:
      return "interrupted";
    case Reason::no_answer:
      return "no_answer";
    case Reason::timeout:
      return "timeout";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::optional<Reason> parse_reason(std::string_view text) {
  return parse_word(text, Reason::timeout);
}

}  // namespace recycled::billing
