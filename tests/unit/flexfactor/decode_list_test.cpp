#include <doctest/doctest.h>

#include "flexfactor/codec.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using billing::News;

namespace {

const std::string row =
    R"({"id":"their-1","externalOrderId":"our-1","status":7,"statusName":"COMPLETED",)"
    R"("amount":8095,"currency":"USD","createdOn":"2026-11-23T09:00:00Z"})";

ports::ListReply decode(const std::string& body, int status = 200) {
  return decode_list({status, body, std::chrono::seconds(3)});
}

ports::ListedOrder only_row(const std::string& body) {
  const auto reply = decode(body);
  REQUIRE_MESSAGE(reply.orders, reply.why);
  REQUIRE(reply.orders->size() == 1);
  return reply.orders->front();
}

}  // namespace

TEST_CASE("list: a row is read wherever the page keeps it") {
  ports::ListedOrder wanted;
  wanted.provider_order = ProviderOrderId("their-1");
  wanted.order = OrderId("our-1");
  wanted.news = News::completed;
  wanted.word = "COMPLETED (7)";
  wanted.amount = Money{8095, Currency()};
  wanted.created_at = parse_instant("2026-11-23T09:00:00Z");
  CHECK(only_row("[" + row + "]") == wanted);
  for (const char* name : {"items", "orders", "data", "result", "Items", "DATA"}) {
    CAPTURE(name);
    CHECK(only_row(R"({"totalCount":1,")" + std::string(name) + "\":[" + row + "]}") == wanted);
  }
}

TEST_CASE("list: our own id is read in any case and may be missing") {
  const auto order = [](const std::string& member) {
    return only_row(R"([{"id":"x","status":4)" + member + "}]").order;
  };
  CHECK(order(R"(,"ExternalOrderId":"our-1")") == OrderId("our-1"));
  CHECK(order(R"(,"EXTERNALORDERID":"our-1")") == OrderId("our-1"));
  CHECK(order(R"(,"externalOrderId":null)").empty());
  CHECK(order("").empty());
}

TEST_CASE("list: an amount that is not whole minor units of a known currency is not shown") {
  const auto amount = [](const std::string& members) {
    return only_row(R"([{"id":"x","status":4,)" + members + "}]").amount;
  };
  CHECK(amount(R"("amount":1200,"currency":"JPY")") == Money{1200, *Currency::parse("JPY")});
  CHECK(amount(R"("amount":"1200","currency":"USD")") == Money{1200, Currency()});
  for (const char* members :
       {R"("amount":80.95,"currency":"USD")", R"("amount":-1,"currency":"USD")",
        R"("amount":99999999999999999,"currency":"USD")", R"("amount":1,"currency":"???")",
        R"("amount":1)", R"("currency":"USD")", R"("amount":null,"currency":"USD")"}) {
    CAPTURE(members);
    CHECK(amount(members) == std::nullopt);
  }
}

TEST_CASE("list: a page that cannot be read whole is no answer") {
  for (const char* body : {"", "<html>", "{}", "null", "7", R"({"items":{}})", "[7]", "[{}]",
                           R"([{"id":""}])", R"([{"id":7,"status":4}])", "[{\"id\":\"x\""}) {
    CAPTURE(body);
    const auto reply = decode(body);
    CHECK_FALSE(reply.orders);
    CHECK_FALSE(reply.why.empty());
  }
  CHECK(decode("[" + row + ",{}]").orders == std::nullopt);
  for (const int status : {301, 400, 401, 403, 404, 429, 500, 503}) {
    CAPTURE(status);
    CHECK_FALSE(decode("[" + row + "]", status).orders);
  }
  CHECK(decode("", 429).retry_after == std::chrono::seconds(3));
}

TEST_CASE("list: an empty page is an answer") {
  CHECK(decode("[]").orders->empty());
  CHECK(decode(R"({"items":[]})").orders->empty());
}
