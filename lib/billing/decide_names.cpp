// The words of decide.hpp's closed sets.
#include "billing/decide.hpp"

namespace recycled::billing {

std::string_view name_of(const Outcome& outcome) {
  static constexpr std::string_view names[] = {"approved", "declined", "pending",
                                               "refused",  "not_sent", "unknown"};
  return names[outcome.index()];
}

std::string_view to_text(News news) {
  switch (news) {
    case News::completed:
      return "completed";
    case News::expired:
      return "expired";
    case News::cancelled:
      return "cancelled";
    case News::still_open:
      return "still_open";
    case News::capture_required:
      return "capture_required";
    case News::challenge:
      return "challenge";
    case News::problem:
      return "problem";
    case News::not_found:
      return "not_found";
    case News::refunded:
      return "refunded";
    case News::charged_back:
      return "charged_back";
    case News::strange:
      return "strange";
  }
  return "";
}

std::string_view to_text(Source source) {
  return source == Source::callback ? "callback" : "inquiry";
}

std::string_view to_text(Withdrawal result) {
  switch (result) {
    case Withdrawal::accepted:
      return "accepted";
    case Withdrawal::refused:
      return "refused";
    case Withdrawal::not_found:
      return "not_found";
    case Withdrawal::unavailable:
      return "no_answer";
  }
  return "";
}

std::string_view to_text(Refund result) {
  switch (result) {
    case Refund::accepted:
      return "accepted";
    case Refund::refused:
      return "refused";
    case Refund::unavailable:
      return "no_answer";
  }
  return "";
}

std::string_view to_text(Alarm alarm) {
  switch (alarm) {
    case Alarm::none:
      return "none";
    case Alarm::parked:
      return "parked";
    case Alarm::late_success:
      return "late_success";
    case Alarm::refund_due:
      return "refund_due";
    case Alarm::contradiction:
      return "contradiction";
    case Alarm::refund:
      return "refund";
    case Alarm::chargeback:
      return "chargeback";
    case Alarm::lost_order:
      return "lost_order";
    case Alarm::refused:
      return "refused";
  }
  return "";
}

}  // namespace recycled::billing
