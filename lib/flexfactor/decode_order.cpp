// Replies about orders that can be asked for again at will: one of them, or a page of the list.
#include <array>
#include <utility>

#include "flexfactor/answer.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/order_status.hpp"

namespace recycled::flexfactor {

namespace {

using billing::News;

// Where a page keeps its orders is not documented: the page itself is the array, or one of these.
constexpr std::array page_members{"items", "orders", "data", "result"};

const Json& orders_in(const Json& page) {
  if (page.is_array()) return page;
  for (const char* name : page_members) {
    const Json& orders = member_any_case(page, name);
    if (orders.is_array()) return orders;
  }
  static const Json none;
  return none;
}

std::optional<Money> amount_in(const Json& row) {
  const auto minor = integer_at(row, "amount");
  const auto currency = Currency::parse(text_at(row, "currency"));
  if (!minor || !currency || *minor < 0 || *minor > max_minor) return std::nullopt;
  return Money{*minor, *currency};
}

// Nothing: it has no id, and so it may be anybody's.
std::optional<ports::ListedOrder> listed_order(const Json& row) {
  ports::ListedOrder order;
  order.provider_order = ProviderOrderId(text_at(row, "id"));
  if (order.provider_order.empty()) return std::nullopt;
  const Json& ours = member_any_case(row, "externalOrderId");
  if (ours.is_string()) order.order = OrderId(ours.get<std::string>());
  order.news = news_in(row);
  order.word = status_words(row);
  order.amount = amount_in(row);
  order.created_at = parse_instant(text_at(row, "createdOn"));
  return order;
}

}  // namespace

// An inquiry can be repeated at will, so only an answer about the order itself counts as one.
ports::InquiryReply decode_inquiry(const Reply& reply) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  const std::string word = why(answer, reply.http_status);
  switch (answer) {
    case Answer::readable: {
      const std::string said = status_words(body);
      if (said.empty()) return {std::nullopt, word, reply.retry_after};
      return {news_in(body), said, std::nullopt};
    }
    case Answer::refusing:
      if (reply.http_status == 404 || reply.http_status == 410) {
        return {News::not_found, word, std::nullopt};
      }
      if (reply.http_status < 400 || reply.http_status == 403) {
        return {std::nullopt, word, reply.retry_after};
      }
      return {News::strange, refusal(reply.http_status, body), std::nullopt};
    case Answer::garbled:
    case Answer::unauthorized:
    case Answer::busy:
    case Answer::failing:
      return {std::nullopt, word, reply.retry_after};
  }
  return {};
}

ports::ListReply decode_list(const Reply& reply) {
  const auto parsed = parse_json(reply.body);
  const Json page = parsed.value_or(Json());
  const Json& rows = orders_in(page);
  const Answer answer = answer_of(reply.http_status, rows.is_array() ? parsed : std::nullopt);
  ports::ListReply decoded;
  if (answer != Answer::readable) {
    decoded.why = why(answer, reply.http_status);
    decoded.retry_after = reply.retry_after;
    return decoded;
  }
  std::vector<ports::ListedOrder> orders;
  for (const Json& row : rows) {
    auto order = listed_order(row);
    if (!order) {
      decoded.why = "a listed order has no id";
      return decoded;
    }
    orders.push_back(std::move(*order));
  }
  decoded.orders = std::move(orders);
  return decoded;
}

}  // namespace recycled::flexfactor
