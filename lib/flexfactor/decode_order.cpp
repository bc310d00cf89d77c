// Replies about orders that can be asked for again at will: one of them, or a page of the list.
#include <array>
#include <utility>

#include "flexfactor/answer.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/order_status.hpp"
#include "flexfactor/subject.hpp"

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

// The digits as they stand there: a JSON number in major units never becomes floating point money.
std::optional<Money> major_amount(const Json& row, Currency currency) {
  std::string digits = word_at(row, "amount");
  if (currency.exponent() == 0 && digits.ends_with(".0")) digits.resize(digits.size() - 2);
  const auto money = parse_money(digits, currency);
  if (!money) return std::nullopt;
  return *money;
}

std::optional<Money> minor_amount(const Json& row, Currency currency) {
  const auto minor = integer_at(row, "amount");
  if (!minor || *minor < 0 || *minor > max_minor) return std::nullopt;
  return Money{*minor, currency};
}

std::optional<Money> amount_in(const Json& row, AmountUnit unit) {
  const auto currency = Currency::parse(text_at(row, "currency"));
  if (!currency) return std::nullopt;
  switch (unit) {
    case AmountUnit::minor:
      return minor_amount(row, *currency);
    case AmountUnit::major:
      return major_amount(row, *currency);
  }
  return std::nullopt;
}

// Nothing: it has no id, and so it may be anybody's.
std::optional<ports::ListedOrder> listed_order(const Json& row, const Dialect& dialect) {
  const auto id = id_at(row, "id");
  if (!id) return std::nullopt;
  ports::ListedOrder order;
  order.provider_order = ProviderOrderId(*id);
  if (const auto ours = id_at(row, "externalOrderId")) order.order = OrderId(*ours);
  order.news = news_in(row, dialect.expired_word);
  order.word = status_words(row);
  order.amount = amount_in(row, dialect.order_amounts);
  order.created_at = parse_instant(text_at(row, "createdOn"));
  return order;
}

// Nobody in particular may be meant by a reply that names no order.
std::string not_about(const Json& body, const ProviderOrderId& order) {
  const auto names = {"id", "orderId", "orderSessionKey"};
  for (const char* name : names) {
    if (id_at(body, name)) return other_subject(body, names, order.str());
  }
  return "the reply names no order";
}

// How the words of evaluate are understood as news.
News news_of_outcome(const Json& body) {
  static constexpr std::array words{
      std::pair{"approved", News::completed},
      std::pair{"declined", News::cancelled},
      std::pair{"expired", News::expired},
      std::pair{"cancelled", News::cancelled},
      std::pair{"submitted", News::still_open},
      std::pair{"processing", News::still_open},
      std::pair{"challenge", News::challenge},
      std::pair{"returned", News::refunded},
      std::pair{"capturerequired", News::capture_required},
  };
  const std::string word = lower(word_at(body, "status"));
  for (const auto& [name, news] : words) {
    if (word == name) return news;
  }
  return News::strange;
}

// An inquiry can be repeated at will, so only an answer about the order itself counts as one.
template <class Read>
ports::InquiryReply inquiry_in(const Reply& reply, const ProviderOrderId& order,
                               const Dialect& dialect, const Read& read) {
  const auto parsed = parse_object(reply.body);
  const Json body = parsed.value_or(Json::object());
  const Answer answer = answer_of(reply.http_status, parsed);
  const std::string word = why(answer, reply.http_status);
  switch (answer) {
    case Answer::readable: {
      const std::string said = status_words(body);
      if (said.empty()) return {std::nullopt, word, reply.retry_after};
      const std::string other = not_about(body, order);
      if (!other.empty()) return {std::nullopt, other, reply.retry_after};
      return {read(body), said, std::nullopt};
    }
    case Answer::conflicting:
    case Answer::refusing: {
      if (reply.http_status == dialect.unknown_order_code || reply.http_status == 410) {
        return {News::not_found, word, std::nullopt};
      }
      // What is wrong with the question says nothing about the order.
      return {std::nullopt, refusal(reply.http_status, body), reply.retry_after};
    }
    case Answer::redirecting:
    case Answer::garbled:
    case Answer::unauthorized:
    case Answer::busy:
    case Answer::failing:
      return {std::nullopt, word, reply.retry_after};
  }
  return {};
}

}  // namespace

ports::InquiryReply decode_inquiry(const Reply& reply, const ProviderOrderId& order,
                                   const Dialect& dialect) {
  return inquiry_in(reply, order, dialect,
                    [&](const Json& body) { return news_in(body, dialect.expired_word); });
}

ports::InquiryReply decode_outcome(const Reply& reply, const ProviderOrderId& order,
                                   const Dialect& dialect) {
  return inquiry_in(reply, order, dialect, news_of_outcome);
}

ports::ListReply decode_list(const Reply& reply, const Dialect& dialect) {
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
    auto order = listed_order(row, dialect);
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
