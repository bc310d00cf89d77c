// Replies to what they mean.
#include <array>
#include <utility>

#include "flexfactor/answer.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/problem.hpp"

namespace recycled::flexfactor {

namespace {

using billing::Reason;
using billing::Withdrawal;

// `success: true` means accepted, not paid; absent counts as accepted.
enum class Envelope { any, accepted, rejected };

enum class Meaning {
  approved,
  declined,
  expired,
  cancelled,
  pending,
  challenge,
  capture,
  refused,
  strange,
  not_sent,
  unknown,
};

struct Row {
  Answer answer;
  Envelope envelope;
  std::string_view word;  // in lower case; "" is none, "*" any
  Meaning meaning;
};

// The one place that says what a reply to evaluate means. The first row that fits decides.
constexpr std::array evaluate_table{
    Row{Answer::readable, Envelope::accepted, "submitted", Meaning::pending},
    Row{Answer::readable, Envelope::accepted, "processing", Meaning::pending},
    Row{Answer::readable, Envelope::accepted, "approved", Meaning::approved},
    Row{Answer::readable, Envelope::any, "declined", Meaning::declined},
    Row{Answer::readable, Envelope::any, "challenge", Meaning::challenge},
    Row{Answer::readable, Envelope::any, "capturerequired", Meaning::capture},
    Row{Answer::readable, Envelope::any, "expired", Meaning::expired},
    Row{Answer::readable, Envelope::any, "cancelled", Meaning::cancelled},
    Row{Answer::readable, Envelope::rejected, "", Meaning::refused},
    Row{Answer::readable, Envelope::accepted, "", Meaning::unknown},
    Row{Answer::readable, Envelope::any, "*", Meaning::strange},
    Row{Answer::garbled, Envelope::any, "*", Meaning::unknown},
    Row{Answer::unauthorized, Envelope::any, "*", Meaning::not_sent},
    Row{Answer::busy, Envelope::any, "*", Meaning::not_sent},
    Row{Answer::refusing, Envelope::any, "*", Meaning::refused},
    Row{Answer::failing, Envelope::any, "*", Meaning::unknown},
};

Meaning meaning_of(Answer answer, const Json& body) {
  const auto envelope = member(body, "success") == false ? Envelope::rejected : Envelope::accepted;
  const std::string word = lower(word_at(body, "status"));
  for (const Row& row : evaluate_table) {
    if (row.answer == answer && (row.envelope == Envelope::any || row.envelope == envelope) &&
        (row.word == "*" || row.word == word)) {
      return row.meaning;
    }
  }
  return Meaning::unknown;
}

std::string strange_words(const Json& body) {
  std::string words = "status word '" + word_at(body, "status") + "'";
  if (member(body, "success") == false) words += " with success false";
  return words;
}

// FlexFactor's id of the order: `orderId` of a reply is theirs and equals orderSessionKey. Should
// an account echo ours there, the session key is the one to go by.
std::optional<ProviderOrderId> provider_order_in(const Json& body, const OrderId& ours) {
  for (const char* name : {"orderId", "orderSessionKey"}) {
    const std::string id = text_at(body, name);
    if (!id.empty() && lower(id) != lower(ours.str())) return ProviderOrderId(id);
  }
  return std::nullopt;
}

billing::Outcome outcome_of(Meaning meaning, Answer answer, const Reply& reply, const Json& body) {
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
      return outcome::Refused{Reason::refused, refusal(reply.http_status, body)};
    case Meaning::strange:
      return outcome::Refused{Reason::strange_reply, strange_words(body)};
    case Meaning::not_sent:
      return outcome::NotSent{why(answer, reply.http_status), reply.retry_after,
                              answer == Answer::busy ? Because::pace : Because::service};
    case Meaning::unknown:
      return outcome::Unknown{why(answer, reply.http_status), reply.retry_after};
  }
  return outcome::Unknown{};
}

}  // namespace

ports::HandOverReply decode_evaluate(const Reply& reply, const OrderId& order) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  ports::HandOverReply decoded;
  decoded.outcome = outcome_of(meaning_of(answer, body), answer, reply, body);
  if (answer == Answer::readable) decoded.provider_order = provider_order_in(body, order);
  decoded.trace = trace_id(body);
  return decoded;
}

// A cancel answers `{}` or nothing at all; a page of HTML under a 200 is some proxy's.
ports::WithdrawReply decode_withdraw(const Reply& reply) {
  const auto parsed = reply.body.empty() ? Json::object() : parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  switch (answer) {
    case Answer::readable:
      if (member(body, "success") == false) {
        return {Withdrawal::refused, refusal(reply.http_status, body), std::nullopt};
      }
      return {Withdrawal::accepted, {}, std::nullopt};
    case Answer::refusing:
      if (reply.http_status < 400) break;
      if (reply.http_status == 404 || reply.http_status == 410) {
        return {Withdrawal::not_found, refusal(reply.http_status, body), std::nullopt};
      }
      return {Withdrawal::refused, refusal(reply.http_status, body), std::nullopt};
    case Answer::garbled:
    case Answer::unauthorized:
    case Answer::busy:
    case Answer::failing:
      break;
  }
  return {Withdrawal::unavailable, why(answer, reply.http_status), reply.retry_after};
}

tl::expected<Token, NoToken> decode_token(const Reply& reply, Instant now) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  std::string access = text_at(body, "accessToken");
  if (answer_of(reply.http_status, parsed) != Answer::readable || access.empty()) {
    return tl::unexpected(NoToken{refusal(reply.http_status, body), reply.retry_after});
  }
  const auto expires = integer_at(body, "expires");
  const Instant ends = expires ? from_millis(*expires) : now + std::chrono::minutes(10);
  return Token{crypto::Secret(std::move(access)), ends};
}

}  // namespace recycled::flexfactor
