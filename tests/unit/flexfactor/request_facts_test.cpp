#include "flexfactor/request_facts.hpp"

#include <doctest/doctest.h>

namespace recycled::flexfactor {

TEST_CASE("request facts: order, key, amount and price are read back") {
  const auto facts =
      request_facts(R"({"orderId":"o","idempotencyKey":"k","subscription":{"price":"8995"},)"
                    R"("transaction":{"id":"o","amount":8095,"currency":"USD"}})");
  REQUIRE(facts.has_value());
  CHECK(facts->order == OrderId("o"));
  CHECK(facts->key == IdempotencyKey("k"));
  CHECK(facts->minor == 8095);
  CHECK(facts->currency == "USD");
  CHECK(facts->price == 8995);
  const auto sale = request_facts(R"({"orderId":"o","transaction":{"id":"o","amount":1}})");
  REQUIRE(sale.has_value());
  CHECK_FALSE(sale->price.has_value());
}

TEST_CASE("request facts: what is no request, or names two orders, has none") {
  for (const char* body : {"", "no JSON", "[]", "{}", R"({"orderId":"o","transaction":{"id":"o"}})",
                           R"({"orderId":"o","transaction":{"id":"p","amount":1}})"}) {
    CAPTURE(body);
    CHECK_FALSE(request_facts(body).has_value());
  }
}

}  // namespace recycled::flexfactor
