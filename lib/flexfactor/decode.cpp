// Replies to what they mean.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "flexfactor/answer.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/problem.hpp"
#include "flexfactor/subject.hpp"

namespace recycled::flexfactor {

namespace {

using billing::Reason;
using billing::Withdrawal;

// Whose order a readable body is about (subject.hpp).
enum class Subject { any, ours, other };

// `success: true` means accepted, not paid; absent counts as accepted. Anything but a bool there is
// no envelope of FlexFactor's.
enum class Envelope { any, accepted, rejected, malformed };

enum class Meaning {
  approved,
  declined,
  expired,
  cancelled,
  pending,
  challenge,
  capture,
  refused,
  conflict,
  strange,
  not_sent,
  unknown,
};

struct Row {
  Answer answer;
  Subject subject;
  Envelope envelope;
  std::string_view word;  // in lower case; "" is none, "*" any
  Meaning meaning;
};

// The one place that says what a reply to evaluate means. The first row that fits decides.
constexpr std::array evaluate_table{
    Row{Answer::unauthorized, Subject::any, Envelope::any, "*", Meaning::not_sent},
    Row{Answer::busy, Subject::any, Envelope::any, "*", Meaning::not_sent},
    Row{Answer::failing, Subject::any, Envelope::any, "*", Meaning::unknown},
    Row{Answer::redirecting, Subject::any, Envelope::any, "*", Meaning::unknown},
    Row{Answer::garbled, Subject::any, Envelope::any, "*", Meaning::unknown},
    Row{Answer::conflicting, Subject::other, Envelope::any, "*", Meaning::unknown},
    Row{Answer::conflicting, Subject::ours, Envelope::any, "*", Meaning::conflict},
    Row{Answer::refusing, Subject::other, Envelope::any, "*", Meaning::unknown},
    Row{Answer::refusing, Subject::ours, Envelope::any, "*", Meaning::refused},
    Row{Answer::readable, Subject::other, Envelope::any, "*", Meaning::unknown},
    Row{Answer::readable, Subject::ours, Envelope::malformed, "*", Meaning::strange},
    Row{Answer::readable, Subject::ours, Envelope::any, "declined", Meaning::declined},
    Row{Answer::readable, Subject::ours, Envelope::any, "expired", Meaning::expired},
    Row{Answer::readable, Subject::ours, Envelope::any, "cancelled", Meaning::cancelled},
    Row{Answer::readable, Subject::ours, Envelope::any, "challenge", Meaning::challenge},
    Row{Answer::readable, Subject::ours, Envelope::any, "capturerequired", Meaning::capture},
    Row{Answer::readable, Subject::ours, Envelope::accepted, "approved", Meaning::approved},
    Row{Answer::readable, Subject::ours, Envelope::accepted, "submitted", Meaning::pending},
    Row{Answer::readable, Subject::ours, Envelope::accepted, "processing", Meaning::pending},
    Row{Answer::readable, Subject::ours, Envelope::accepted, "", Meaning::unknown},
    Row{Answer::readable, Subject::ours, Envelope::rejected, "", Meaning::refused},
    Row{Answer::readable, Subject::ours, Envelope::any, "*", Meaning::strange},
};

Envelope envelope_of(const Json& body) {
  const Json& success = member(body, "success");
  if (success.is_null() || success == true) return Envelope::accepted;
  return success == false ? Envelope::rejected : Envelope::malformed;
}

Meaning meaning_of(Answer answer, Subject subject, const Json& body) {
  const Envelope envelope = envelope_of(body);
  const std::string word = lower(word_at(body, "status"));
  for (const Row& row : evaluate_table) {
    if (row.answer == answer && (row.subject == Subject::any || row.subject == subject) &&
        (row.envelope == Envelope::any || row.envelope == envelope) &&
        (row.word == "*" || row.word == word)) {
      return row.meaning;
    }
  }
  return Meaning::unknown;
}

Meaning meaning_of_conflict(RepeatConflict conflict) {
  switch (conflict) {
    case RepeatConflict::unknown:
      return Meaning::unknown;
    case RepeatConflict::refused:
      return Meaning::refused;
  }
  return Meaning::unknown;
}

std::string strange_words(const Json& body) {
  std::string words = "status word '" + shortened(word_at(body, "status")) + "'";
  switch (envelope_of(body)) {
    case Envelope::any:
    case Envelope::accepted:
      break;
    case Envelope::rejected:
      words += " with success false";
      break;
    case Envelope::malformed:
      words += " with a success that is neither true nor false";
      break;
  }
  const std::string said = problem_message(body);
  return said.empty() ? words : words + ": " + said;
}

billing::Outcome outcome_of(Meaning meaning, const std::string& why, const Reply& reply,
                            const Json& body) {
  namespace outcome = billing::outcome;
  using Because = outcome::NotSent::Because;
  switch (meaning) {
    case Meaning::approved:
      return outcome::Approved{};
    case Meaning::declined:
      return outcome::Declined{Reason::declined};
    case Meaning::expired:
      return outcome::Declined{Reason::expired};
    case Meaning::cancelled:
      return outcome::Declined{Reason::cancelled_by_provider};
    case Meaning::pending:
      return outcome::Pending{};
    case Meaning::challenge:
      return outcome::Refused{Reason::challenge, "the payer would have to act"};
    case Meaning::capture:
      return outcome::Refused{Reason::capture_required, "authorised, not captured"};
    case Meaning::refused:
    case Meaning::conflict:
      return outcome::Refused{Reason::refused, refusal(reply.http_status, body)};
    case Meaning::strange:
      return outcome::Refused{Reason::strange_reply, strange_words(body)};
    case Meaning::not_sent:
      return outcome::NotSent{why, reply.retry_after,
                              reply.http_status == 429 ? Because::pace : Because::service};
    case Meaning::unknown:
      return outcome::Unknown{why, reply.retry_after};
  }
  return outcome::Unknown{};
}

}  // namespace

ports::HandOverReply decode_evaluate(const Reply& reply, const OrderId& order,
                                     const Dialect& dialect) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  const std::string other = other_subject_of_evaluate(body, order);
  const Subject subject = other.empty() ? Subject::ours : Subject::other;
  Meaning meaning = meaning_of(answer, subject, body);
  if (meaning == Meaning::conflict) meaning = meaning_of_conflict(dialect.repeat_conflict);
  const std::string why_not = other.empty() ? why(answer, reply.http_status) : other;
  ports::HandOverReply decoded;
  decoded.outcome = outcome_of(meaning, why_not, reply, body);
  if (answer == Answer::readable && subject == Subject::ours) {
    decoded.provider_order = provider_order_in(body, order);
  }
  decoded.trace = trace_id(body);
  return decoded;
}

namespace {

// A cancel answers `{}` or nothing at all; a page of HTML under a 200 is some proxy's, and a reply
// on another order is nobody's. Both leave it open, and a cancel is safe to repeat.
ports::WithdrawReply withdrawal_in(const Reply& reply, std::initializer_list<const char*> names,
                                   const std::string& asked) {
  const auto parsed = reply.body.empty() ? Json::object() : parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  const std::string other = other_subject(body, names, asked);
  if (!other.empty()) return {Withdrawal::unavailable, other, reply.retry_after};
  switch (answer) {
    case Answer::readable:
      if (envelope_of(body) == Envelope::accepted) return {Withdrawal::accepted, {}, std::nullopt};
      return {Withdrawal::refused, refusal(reply.http_status, body), std::nullopt};
    case Answer::conflicting:
      return {Withdrawal::refused, refusal(reply.http_status, body), std::nullopt};
    case Answer::refusing:
      if (reply.http_status == 404 || reply.http_status == 410) {
        return {Withdrawal::not_found, refusal(reply.http_status, body), std::nullopt};
      }
      return {Withdrawal::refused, refusal(reply.http_status, body), std::nullopt};
    case Answer::redirecting:
    case Answer::garbled:
    case Answer::unauthorized:
    case Answer::busy:
    case Answer::failing:
      break;
  }
  return {Withdrawal::unavailable, why(answer, reply.http_status), reply.retry_after};
}

}  // namespace

ports::WithdrawReply decode_cancel(const Reply& reply, const ProviderOrderId& order) {
  return withdrawal_in(reply, {"id", "orderId", "orderSessionKey"}, order.str());
}

ports::WithdrawReply decode_external_cancel(const Reply& reply, const OrderId& order) {
  return withdrawal_in(reply, {"externalOrderId"}, order.str());
}

ports::RefundReply decode_refund(const Reply& reply, const ProviderOrderId& order) {
  auto read = withdrawal_in(reply, {"id", "orderId", "orderSessionKey"}, order.str());
  ports::RefundReply refund;
  refund.message = std::move(read.message);
  refund.retry_after = read.retry_after;
  switch (read.result) {
    case Withdrawal::accepted:
      refund.result = billing::Refund::accepted;
      break;
    case Withdrawal::refused:
    case Withdrawal::not_found:
      refund.result = billing::Refund::refused;
      break;
    case Withdrawal::unavailable:
      refund.result = billing::Refund::unavailable;
      break;
  }
  return refund;
}

tl::expected<Token, NoToken> decode_token(const Reply& reply, Instant now) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  std::string access = text_at(body, "accessToken");
  if (answer_of(reply.http_status, parsed) != Answer::readable || access.empty()) {
    return tl::unexpected(
        NoToken{refusal(reply.http_status, body), reply.retry_after, reply.http_status});
  }
  const auto expires = integer_at(body, "expires");
  // Whatever the two clocks say, it is good for a while and not for ever.
  const Millis life = std::chrono::minutes(10);
  const Instant ends =
      expires ? std::clamp(from_millis(*expires), now - life, now + 144 * life) : now + life;
  return Token{crypto::Secret(std::move(access)), ends};
}

}  // namespace recycled::flexfactor
