#include "flexfactor/request_facts.hpp"

#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

std::optional<ports::RequestFacts> request_facts(const std::string& body) {
  const auto request = parse_object(body);
  if (!request) return std::nullopt;
  const Json& transaction = member(*request, "transaction");
  const auto amount = integer_at(transaction, "amount");
  ports::RequestFacts facts;
  facts.order = OrderId(text_at(*request, "orderId"));
  facts.key = IdempotencyKey(text_at(*request, "idempotencyKey"));
  if (!amount || text_at(transaction, "id") != facts.order.str()) return std::nullopt;
  facts.minor = *amount;
  facts.currency = text_at(transaction, "currency");
  facts.price = integer_at(member(*request, "subscription"), "price");
  return facts;
}

}  // namespace recycled::flexfactor
