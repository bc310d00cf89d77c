#include "flexfactor/tokenize.hpp"

#include <algorithm>

#include "base/card_number.hpp"
#include "base/ensure.hpp"
#include "flexfactor/json.hpp"
#include "flexfactor/problem.hpp"
#include "flexfactor/url.hpp"

namespace recycled::flexfactor {

namespace {

using ports::CardRefused;
using ports::CardToken;
using ports::NoAnswer;
using ports::SlowDown;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A JSON string; nothing if it cannot be one.
std::optional<std::string> quoted(const std::string& text) {
  try {
    return Json(text).dump();
  } catch (const Json::type_error&) {
    return std::nullopt;
  }
}

std::string two_digits(int month) {
  return {static_cast<char>('0' + month / 10), static_cast<char>('0' + month % 10)};
}

std::string refusal(const Reply& reply, const Json& body) {
  const std::string said = hide_card_numbers(problem_message(body));
  const std::string status = "HTTP " + std::to_string(reply.http_status);
  return said.empty() ? status : status + ": " + said;
}

// The reply shows the ends of the card it is about; `first_six_digits` may hold eight.
bool is_about(const Json& method, std::string_view number) {
  const std::string last = text_at(method, "last_four_digits");
  const std::string first = text_at(method, "first_six_digits").substr(0, 6);
  return (last.empty() || number.ends_with(last)) && (first.empty() || number.starts_with(first));
}

ports::TokenizeReply token_in(const Reply& reply, const Json& body, std::string_view number) {
  const Json& method = member(member(body, "transaction"), "payment_method");
  const std::string token = text_at(method, "token");
  if (token.empty()) return CardRefused{refusal(reply, body) + " (no token)"};
  if (!is_about(method, number)) return NoAnswer{"a reply about another card"};
  // Whatever comes back, a card number is not kept in a token's place.
  if (hide_card_numbers(token) != token) return CardRefused{"its token looks like a card number"};
  return CardToken{token};
}

// Which replies say something about the card; the others are about the way there, or about us.
bool is_about_the_card(int status) {
  return status == 400 || status == 402 || status == 409 || status == 422;
}

}  // namespace

std::string tokenize_target(const Account& account) {
  return "tokenize?mid=" + url_escaped(account.mid) +
         "&environment=" + url_escaped(account.environment_key.reveal());
}

Result<std::string> compose_tokenize(const ports::PlainCard& card) {
  const std::string_view number = card.number.reveal();
  ensure(!number.empty() && std::all_of(number.begin(), number.end(), is_digit),
         "a card number is digits");
  const auto first = quoted(card.first_name);
  const auto last = quoted(card.last_name);
  if (!first || !last) return fail(Fault::invalid, "the card holder's name is not valid UTF-8");
  std::string body;
  body.reserve(first->size() + last->size() + 256);  // at once: growing would leave copies behind
  body += R"({"payment_method":{"credit_card":{"first_name":)" + *first;
  body += R"(,"last_name":)" + *last;
  body += R"(,"month":")" + two_digits(card.exp_month);
  body += R"(","year":")" + std::to_string(card.exp_year);
  body += R"(","number":")";
  body += number;
  body += R"("}}})";
  return body;
}

ports::TokenizeReply decode_tokenize(const Reply& reply, const ports::PlainCard& card) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const int status = reply.http_status;
  if (status >= 200 && status < 300 && parsed) return token_in(reply, body, card.number.reveal());
  if (is_about_the_card(status)) return CardRefused{refusal(reply, body)};
  if (status == 429 || reply.retry_after) return SlowDown{refusal(reply, body), reply.retry_after};
  const bool garbled = status >= 200 && status < 300;
  return NoAnswer{refusal(reply, body) + (garbled ? " with an unreadable body" : "")};
}

}  // namespace recycled::flexfactor
