#include "report/words.hpp"

#include <algorithm>

#include "base/ensure.hpp"

namespace recycled::report {

using billing::NotTaken;
using billing::Reason;
using billing::RecoveryState;
using billing::Step;

std::string_view sentence(RecoveryState state) {
  switch (state) {
    case RecoveryState::intended:
      return "the hand-over is committed here, and its request has yet to leave";
    case RecoveryState::unknown:
      return "a request has left, and what became of it is not known";
    case RecoveryState::waiting:
      return "FlexFactor has it, and the result is awaited";
    case RecoveryState::grace:
      return "it expired without news, and a last wait runs before it is cancelled at FlexFactor";
    case RecoveryState::withdrawing:
      return "it is being cancelled at FlexFactor";
    case RecoveryState::parked:
      return "a person must look, and nothing else happens meanwhile";
    case RecoveryState::recovered:
      return "it was charged";
    case RecoveryState::failed:
      return "it was not charged";
    case RecoveryState::withdrawn:
      return "it was not charged, because the customer had left";
    case RecoveryState::released:
      return "it never left this machine, and may be handed over anew";
  }
  ensure(false, "a recovery state of the set");
  return {};
}

std::string_view sentence(Reason reason) {
  switch (reason) {
    case Reason::none:
      return {};
    case Reason::declined:
      return "FlexFactor said no, finally";
    case Reason::expired:
      return "there was no success by the end of its expiry days";
    case Reason::cancelled_by_provider:
      return "it was cancelled at FlexFactor";
    case Reason::customer_cancelled:
      return "the customer cancelled";
    case Reason::customer_paused:
      return "the customer paused";
    case Reason::unresolved:
      return "its fate could not be learned while it was safe to repeat the request";
    case Reason::never_sent:
      return "no request could leave in time";
    case Reason::refused:
      return "FlexFactor refuses the request";
    case Reason::challenge:
      return "FlexFactor wants the payer to act";
    case Reason::capture_required:
      return "FlexFactor authorised it and did not capture it";
    case Reason::strange_reply:
      return "FlexFactor answered something undocumented";
    case Reason::problem:
      return "FlexFactor reports a problem with the order";
    case Reason::cancel_ignored:
      return "it was cancelled again and again, and is still open at FlexFactor";
    case Reason::late_success:
      return "it was charged after we had given up";
    case Reason::interrupted:
      return "it was in flight when the process stopped";
    case Reason::no_answer:
      return "no trustworthy answer came back";
    case Reason::timeout:
      return "its shopper could not be kept waiting any longer";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::string_view sentence(Step step) {
  switch (step) {
    case Step::none:
      return "nothing is done by ourselves";
    case Step::send:
      return "the request is sent to FlexFactor";
    case Step::inquire:
      return "FlexFactor is asked about it";
    case Step::cancel:
      return "it is cancelled at FlexFactor";
    case Step::external_cancel:
      return "it is cancelled at FlexFactor under our own order id";
    case Step::refund:
      return "the charge is given back at FlexFactor";
  }
  ensure(false, "a step of the set");
  return {};
}

std::string_view way_out(NotTaken reason) {
  switch (reason) {
    case NotTaken::not_in_recycle_billing:
      return "nothing, until an import reports a decline";
    case NotTaken::cancelled:
    case NotTaken::paused:
      return "nothing, as long as the customer wants it so";
    case NotTaken::recycle_failed:
      return "nothing, until a person restarts the subscription";
    case NotTaken::campaign_disabled:
      return "nothing, until the config enables recycle billing for the campaign";
    case NotTaken::unknown_gateway:
      return "nothing, until the config names the gateway";
    case NotTaken::declined_at_flexfactor:
      return "nothing, until an import names the merchant's gateway that declined it";
    case NotTaken::no_profile:
      return "nothing, until a recycle profile of the config applies to the gateway";
    case NotTaken::hard_decline:
    case NotTaken::unclassified_decline:
      return "nothing, until a decline mapping of the config makes the decline soft";
    case NotTaken::never_send_code:
      return "nothing, as long as the config lists the code";
    case NotTaken::merchants_turn:
      return "the merchant re-attempts it, and the next import says how that went";
    case NotTaken::schedule_exhausted:
      return "nothing: the cycle has no further re-attempt";
    case NotTaken::no_card:
      return "nothing, until an import brings a card token";
    case NotTaken::missing_field:
      return "nothing, until an import brings the field";
    case NotTaken::open_recovery:
      return "FlexFactor's result decides";
    case NotTaken::already_handed_over:
      return "nothing: a cycle is handed over once";
  }
  ensure(false, "a reason of the set");
  return {};
}

std::string in_words(const Money& amount) {
  return to_decimal(amount) + " " + std::string(amount.currency.code());
}

std::string age(Millis duration) {
  using std::chrono::days;
  using std::chrono::duration_cast;
  using std::chrono::floor;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  if (duration >= days(1)) return to_text(duration_cast<Millis>(floor<hours>(duration)));
  if (duration >= hours(1)) return to_text(duration_cast<Millis>(floor<minutes>(duration)));
  return to_text(duration_cast<Millis>(floor<seconds>(duration)));
}

std::string printable(std::string_view text) {
  std::string clean(text);
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  std::replace_if(clean.begin(), clean.end(), is_control, '?');
  return clean;
}

}  // namespace recycled::report
