#include <charconv>
#include <string>

#include "base/ensure.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/json.hpp"
#include "fuzz/targets.hpp"

namespace recycled::fuzz {

namespace {

using namespace flexfactor;
namespace outcome = billing::outcome;

const OrderId ours("8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d");
const ProviderOrderId theirs("0b9f6a52-3f0e-4d6c-8a55-7f1d2c3b4a59");
const Instant now = *parse_instant("2026-11-23T09:00:00Z");

// Short, and text that a log and a ledger can take.
void check_words(const std::string& words) {
  ensure(words.size() <= 1000, "words from outside are short");
  ensure(!Json(words).dump(-1, ' ', false, Json::error_handler_t::ignore).empty(), "it is a text");
  ensure(Json(words).dump(-1, ' ', false, Json::error_handler_t::ignore) ==
             Json(words).dump(-1, ' ', false, Json::error_handler_t::replace),
         "words from outside are UTF-8");
}

void check_evaluate(const Reply& reply) {
  const auto read = decode_evaluate(reply, ours);
  const bool accepted = reply.http_status >= 200 && reply.http_status < 300;
  if (std::holds_alternative<outcome::Approved>(read.outcome) ||
      std::holds_alternative<outcome::Pending>(read.outcome) ||
      std::holds_alternative<outcome::Declined>(read.outcome)) {
    ensure(accepted, "only a 2xx brings a result");
    const auto body = parse_object(reply.body);
    ensure(body.has_value(), "only an object brings a result");
    ensure(!text_at(*body, "status").empty(), "only a word brings a result");
  }
  if (read.provider_order) {
    ensure(accepted, "an error names no order of theirs");
    ensure(read.provider_order->str().size() <= 128, "an id is short");
  }
  if (const auto* refused = std::get_if<outcome::Refused>(&read.outcome)) {
    check_words(refused->message);
  }
  if (const auto* unknown = std::get_if<outcome::Unknown>(&read.outcome)) check_words(unknown->why);
  check_words(read.trace);
}

void check_inquiries(const Reply& reply) {
  for (const auto& read : {decode_inquiry(reply, theirs), decode_outcome(reply, theirs)}) {
    check_words(read.word);
    if (read.news != billing::News::completed) continue;
    const auto body = parse_object(reply.body);
    ensure(body.has_value(), "only an object says completed");
    ensure(reply.body.find("0b9f6a52") != std::string_view::npos ||
               lower(reply.body).find("0b9f6a52") != std::string::npos ||
               reply.body.find("\\u") != std::string_view::npos,
           "only a reply about the order says completed");
  }
}

void check_list(const Reply& reply, const Dialect& dialect) {
  const auto page = decode_list(reply, dialect);
  ensure(page.orders.has_value() != !page.why.empty(), "a page, or why there is none");
  check_words(page.why);
  if (!page.orders) return;
  for (const auto& order : *page.orders) {
    ensure(!order.provider_order.empty(), "a listed order has an id");
    check_words(order.word);
    if (order.amount) {
      ensure(order.amount->minor >= 0 && order.amount->minor <= max_minor, "amounts are in range");
    }
  }
}

}  // namespace

void provider_reply(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return;
  Reply reply;
  std::from_chars(bytes.data(), bytes.data() + end, reply.http_status);
  reply.body = bytes.substr(end + 1);
  check_evaluate(reply);
  check_inquiries(reply);
  Dialect other;
  other.order_amounts = AmountUnit::major;
  check_list(reply, {});
  check_list(reply, other);
  check_words(decode_cancel(reply, theirs).message);
  check_words(decode_external_cancel(reply, ours).message);
  const auto token = decode_token(reply, now);
  if (token) {
    ensure(token->expires_at <= now + std::chrono::hours(24), "no token is good for ever");
  } else {
    check_words(token.error().why);
  }
}

}  // namespace recycled::fuzz
