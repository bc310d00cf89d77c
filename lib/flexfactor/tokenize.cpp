#include "flexfactor/tokenize.hpp"

#include <algorithm>
#include <utility>

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

std::string without(std::string text, const std::string& key) {
  constexpr std::string_view hidden = "[hidden]";
  if (key.empty()) return text;
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + hidden.size())) {
    text.replace(at, key.size(), hidden);
  }
  return text;
}

// An error page may quote the target it was asked for, and with it the key.
std::string refusal(const Reply& reply, const Account& account, const Json& body) {
  const std::string key(account.environment_key.reveal());
  std::string said = without(without(problem_message(body), key), url_escaped(key));
  said = hide_card_numbers(said);
  const std::string status = "HTTP " + std::to_string(reply.http_status);
  return said.empty() ? status : status + ": " + said;
}

// The reply shows the ends of the card it is about; `first_six_digits` may hold eight.
bool is_about(const Json& method, std::string_view number) {
  const std::string last = text_at(method, "last_four_digits");
  const std::string first = text_at(method, "first_six_digits").substr(0, 6);
  return (last.empty() || number.ends_with(last)) && (first.empty() || number.starts_with(first));
}

ports::TokenizeReply token_in(const Json& body, std::string_view number, std::string refused) {
  const Json& method = member(member(body, "transaction"), "payment_method");
  const std::string token = text_at(method, "token");
  if (token.empty()) return CardRefused{std::move(refused) + " (no token)"};
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

ports::TokenizeReply decode_tokenize(const Reply& reply, const Account& account,
                                     const ports::PlainCard& card) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const int status = reply.http_status;
  const bool accepted = status >= 200 && status < 300;
  std::string why = refusal(reply, account, body);
  if (accepted && parsed) return token_in(body, card.number.reveal(), std::move(why));
  if (is_about_the_card(status)) return CardRefused{std::move(why)};
  if (status == 429 || reply.retry_after) return SlowDown{std::move(why), reply.retry_after};
  if (status == 401 || status == 403) return NoAnswer{std::move(why), credentials};
  return NoAnswer{why + (accepted ? " with an unreadable body" : ""),
                  status < 500 ? "base_url" : ""};
}

}  // namespace recycled::flexfactor
