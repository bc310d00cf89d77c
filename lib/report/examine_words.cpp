// How an examination reads: the names of the invariants, what to do about each, lines or JSON.
#include "base/ensure.hpp"
#include "report/examine.hpp"
#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

constexpr const char* somebody_wrote =
    "somebody has written to the ledger behind recycled's back: stop it, keep the file, compare "
    "with "
    "a backup and with FlexFactor (verify --provider)";
constexpr const char* a_bug = "keep the file and report it; `explain` has the story so far";

}  // namespace

std::string_view to_text(Invariant invariant) {
  switch (invariant) {
    case Invariant::damaged:
      return "damaged";
    case Invariant::dangling_reference:
      return "dangling_reference";
    case Invariant::schema_changed:
      return "schema_changed";
    case Invariant::audit_row_changed:
      return "audit_row_changed";
    case Invariant::audit_row_missing:
      return "audit_row_missing";
    case Invariant::audit_end_missing:
      return "audit_end_missing";
    case Invariant::head_unknown:
      return "head_unknown";
    case Invariant::claim_changed:
      return "claim_changed";
    case Invariant::state_not_audited:
      return "state_not_audited";
    case Invariant::second_live:
      return "second_live";
    case Invariant::second_success:
      return "second_success";
    case Invariant::foreign_order_id:
      return "foreign_order_id";
    case Invariant::request_missing:
      return "request_missing";
    case Invariant::request_changed:
      return "request_changed";
    case Invariant::request_differs:
      return "request_differs";
    case Invariant::amount_above_price:
      return "amount_above_price";
    case Invariant::sends_after_end:
      return "sends_after_end";
    case Invariant::no_next_step:
      return "no_next_step";
    case Invariant::overdue:
      return "overdue";
    case Invariant::never_called:
      return "never_called";
    case Invariant::subscription_behind:
      return "subscription_behind";
    case Invariant::queue_differs:
      return "queue_differs";
    case Invariant::at_flexfactor:
      return "at_flexfactor";
    case Invariant::event_missing:
      return "event_missing";
    case Invariant::delivery_missing:
      return "delivery_missing";
    case Invariant::callback_without_recovery:
      return "callback_without_recovery";
  }
  ensure(false, "an invariant of the set");
  return {};
}

std::string_view what_to_do(Invariant invariant) {
  switch (invariant) {
    case Invariant::damaged:
    case Invariant::dangling_reference:
      return "stop recycled, copy the file, and restore the last good backup as README says; "
             "suspect "
             "the disk";
    case Invariant::schema_changed:
    case Invariant::audit_row_changed:
    case Invariant::audit_row_missing:
    case Invariant::audit_end_missing:
    case Invariant::claim_changed:
    case Invariant::state_not_audited:
    case Invariant::request_missing:
    case Invariant::request_changed:
    case Invariant::queue_differs:
      return somebody_wrote;
    case Invariant::head_unknown:
      return "an older backup was restored since, or the trail was cut and written anew: find out "
             "which";
    case Invariant::second_live:
    case Invariant::foreign_order_id:
    case Invariant::request_differs:
    case Invariant::sends_after_end:
      return "pause recycled before anything is charged, then ask FlexFactor (verify --provider)";
    case Invariant::second_success:
      return "refund one of them in FlexFactor's portal";
    case Invariant::amount_above_price:
      return "refund the difference if it was charged";
    case Invariant::no_next_step:
    case Invariant::never_called:
    case Invariant::event_missing:
    case Invariant::delivery_missing:
    case Invariant::callback_without_recovery:
      return a_bug;
    case Invariant::overdue:
      return "let recycled run: it asks, cancels and ends it; if it does run, look at status and "
             "the "
             "log";
    case Invariant::subscription_behind:
      return "look at explain, and bring your system to what it says";
    case Invariant::at_flexfactor:
      return "import it with the gateway that is yours";
  }
  ensure(false, "an invariant of the set");
  return {};
}

std::int64_t count_of(const Examination& examination) {
  std::int64_t count = 0;
  for (const auto& [invariant, found] : examination.counts) count += found;
  return count;
}

std::string to_text(const Examination& examination) {
  std::string text;
  for (const Breach& one : examination.findings) {
    text += std::string(to_text(one.invariant)) + "  " + printable(one.whose) + ": " +
            printable(one.what) + ". To do: " + std::string(what_to_do(one.invariant)) + ".\n";
  }
  const auto count = count_of(examination);
  const auto shown = static_cast<std::int64_t>(examination.findings.size());
  text += std::to_string(count) + " finding(s)" +
          (shown < count ? ", of which " + std::to_string(shown) + " are listed" : "") + " in " +
          std::to_string(examination.recoveries) + " recoveries, " +
          std::to_string(examination.audit_rows) + " audit rows, " +
          std::to_string(examination.events) + " events and " +
          std::to_string(examination.callbacks) + " applied callbacks\n";
  text += "audit head: " + examination.head.hash + " (row " +
          std::to_string(examination.head.rows) + ")\n";
  if (examination.asked_at) {
    text += "the head that was asked for is that of row " + std::to_string(*examination.asked_at) +
            "; " + std::to_string(examination.head.rows - *examination.asked_at) +
            " row(s) came after it\n";
  }
  return text;
}

std::string to_json(const Examination& examination) {
  Json findings = Json::array();
  for (const Breach& one : examination.findings) {
    findings.push_back({{"invariant", to_text(one.invariant)},
                        {"whose", one.whose},
                        {"what", one.what},
                        {"to_do", what_to_do(one.invariant)}});
  }
  Json counts = Json::object();
  for (const auto& [invariant, count] : examination.counts) {
    counts[std::string(to_text(invariant))] = count;
  }
  Json asked;
  if (!examination.asked_head.empty()) {
    asked = {{"hash", examination.asked_head},
             {"row", examination.asked_at ? Json(*examination.asked_at) : Json()}};
  }
  return written({{"audit_rows", examination.audit_rows},
                  {"recoveries", examination.recoveries},
                  {"events", examination.events},
                  {"callbacks", examination.callbacks},
                  {"head", {{"rows", examination.head.rows}, {"hash", examination.head.hash}}},
                  {"asked_head", asked},
                  {"unfinished", text_or_null(examination.unfinished)},
                  {"counts", counts},
                  {"findings", findings}});
}

}  // namespace recycled::report
