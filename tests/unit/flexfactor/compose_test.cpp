#include <doctest/doctest.h>

#include "fixtures.hpp"
#include "flexfactor/codec.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using flexfactor::test::sample_account;
using flexfactor::test::sample_request;

TEST_CASE("evaluate: a recurring hand-over is exactly these bytes") {
  const auto body = compose(sample_account(), sample_request());
  REQUIRE(body);
  CHECK(*body ==
        R"({"isDeclined":true,"idempotencyKey":"11111111-2222-8333-8444-555555555555",)"
        R"("orderId":"8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d","mid":"mid-1","siteId":"site-1",)"
        R"("isMIT":true,"isRecurring":true,"expiryDateUtc":"2026-12-14T09:00:00Z",)"
        R"("subscription":{"subscriptionId":"sub-1","interval":"1m","price":"8995",)"
        R"("currency":"USD","paymentNumber":3,"totalPayments":0},)"
        R"("transaction":{"id":"8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d","amount":8095,)"
        R"("currency":"USD","responseCode":"51","responseCodeSource":"nmi-1",)"
        R"("avsResultCode":"NA","cvvResultCode":"NA","cavvResultCode":"NA",)"
        R"("responseDescription":"Insufficient funds","processorName":"nmi-1",)"
        R"("cardNotPresent":true,"timestampUtc":"2026-11-20T10:00:00Z","timezoneUtcOffset":0},)"
        R"("payer":{"email":"ann@example.com","id":"cust-1"},)"
        R"("paymentMethod":{"Token":true,"cardNumber":"token-1"},)"
        R"("billingInformation":{"firstName":"Ann","country":"US","countryCode":"US"}})");
}

namespace {

ports::SaleRequest sample_sale() {
  const auto recurring = sample_request();
  ports::SaleRequest request;
  request.order = recurring.order;
  request.key = recurring.key;
  request.claimed_at = recurring.claimed_at;
  request.expires_at = recurring.expires_at;
  request.sale.id = SaleId("O-1");
  request.sale.gateway = GatewayId("nmi-1");
  request.sale.amount = {4995, Currency()};
  request.sale.declined = recurring.subscription.declined;
  request.sale.customer = CustomerId("cust-1");
  request.sale.card.token = "token-1";
  request.sale.payer.email = "ann@example.com";
  request.sale.payer.ip_address = "198.51.100.7";
  return request;
}

}  // namespace

TEST_CASE("N1 evaluate: a rerun is the merchant's, with an expiry and without a subscription") {
  const auto body = compose_sale(sample_account(), sample_sale());
  REQUIRE(body);
  const auto json = *parse_object(*body);
  CHECK(json["isMIT"] == true);
  CHECK(json["isRecurring"] == false);
  CHECK(json["expiryDateUtc"] == "2026-12-14T09:00:00Z");
  CHECK_FALSE(json.contains("customerIp"));
  CHECK_FALSE(json.contains("subscription"));
  CHECK(json["transaction"]["amount"] == 4995);
  CHECK(json["transaction"]["responseCodeSource"] == "nmi-1");
  CHECK(json["paymentMethod"]["cardNumber"] == "token-1");
  auto recurring = sample_sale();
  recurring.subscription = sample_request().subscription;
  const auto with = *parse_object(*compose_sale(sample_account(), recurring));
  CHECK(with["isRecurring"] == true);
  CHECK(with["subscription"]["subscriptionId"] == "sub-1");
}

TEST_CASE("C2 C3 evaluate: a cascade is the customer's, with an address and without an expiry") {
  auto request = sample_sale();
  request.by = ports::SaleRequest::By::customer;
  const auto json = *parse_object(*compose_sale(sample_account(), request));
  CHECK(json["customerIp"] == "198.51.100.7");
  for (const char* of_the_merchant : {"isMIT", "isRecurring", "expiryDateUtc", "subscription"}) {
    CHECK_FALSE(json.contains(of_the_merchant));
  }
  request.sale.payer.ip_address.clear();
  const auto refused = compose_sale(sample_account(), request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "ip_address is required by FlexFactor");
}

TEST_CASE("L4: the same request composes to the same bytes") {
  CHECK(compose(sample_account(), sample_request()) == compose(sample_account(), sample_request()));
}

TEST_CASE("evaluate: what is known of the sale goes along and what is empty does not") {
  auto request = sample_request();
  request.subscription.declined->avs_result = "Y";
  request.subscription.declined->cvv_result = "M";
  request.subscription.declined->message.clear();
  request.subscription.final_cycle = 12;
  request.subscription.customer = CustomerId();
  request.subscription.payer = {};
  auto account = sample_account();
  account.descriptor = "EXAMPLE*BOX";
  const auto body = compose(account, request);
  REQUIRE(body);
  const auto json = *parse_object(*body);
  CHECK(json["transaction"]["avsResultCode"] == "Y");
  CHECK(json["transaction"]["cvvResultCode"] == "M");
  CHECK(json["transaction"]["dynamicDescriptor"] == "EXAMPLE*BOX");
  CHECK(json["subscription"]["totalPayments"] == 12);
  CHECK_FALSE(json["transaction"].contains("responseDescription"));
  CHECK_FALSE(json.contains("payer"));
  CHECK_FALSE(json.contains("billingInformation"));
}

TEST_CASE("evaluate: a country that is no two-letter code is sent as a name alone") {
  auto request = sample_request();
  request.subscription.payer.country = "Germany";
  const auto json = *parse_object(*compose(sample_account(), request));
  CHECK(json["billingInformation"]["country"] == "Germany");
  CHECK_FALSE(json["billingInformation"].contains("countryCode"));
}

TEST_CASE("evaluate: each missing required field is found before the call and named") {
  struct Case {
    const char* field;
    void (*spoil)(Account&, ports::HandOverRequest&);
  };
  const Case cases[] = {
      {"orderId", [](Account&, ports::HandOverRequest& r) { r.order = OrderId(); }},
      {"idempotencyKey", [](Account&, ports::HandOverRequest& r) { r.key = IdempotencyKey(); }},
      {"mid", [](Account& a, ports::HandOverRequest&) { a.mid.clear(); }},
      {"siteId", [](Account& a, ports::HandOverRequest&) { a.site_id.clear(); }},
      {"subscription_id",
       [](Account&, ports::HandOverRequest& r) { r.subscription.id = SubscriptionId(); }},
      {"gateway_id",
       [](Account&, ports::HandOverRequest& r) { r.subscription.gateway = GatewayId(); }},
      {"card_token",
       [](Account&, ports::HandOverRequest& r) { r.subscription.card.token.clear(); }},
      {"decline", [](Account&, ports::HandOverRequest& r) { r.subscription.declined.reset(); }},
      {"decline_code",
       [](Account&, ports::HandOverRequest& r) { r.subscription.declined->code.clear(); }},
      {"amount", [](Account&, ports::HandOverRequest& r) { r.amount.minor = 0; }},
      {"amount", [](Account&, ports::HandOverRequest& r) { r.amount.minor = -1; }},
  };
  for (const auto& spoiled : cases) {
    CAPTURE(spoiled.field);
    auto account = sample_account();
    auto request = sample_request();
    spoiled.spoil(account, request);
    const auto body = compose(account, request);
    REQUIRE_FALSE(body);
    CHECK(body.error().fault == Fault::invalid);
    CHECK(body.error().message == std::string(spoiled.field) + " is required by FlexFactor");
  }
}

TEST_CASE("evaluate: text that is not UTF-8 cannot be sent") {
  auto request = sample_request();
  request.subscription.payer.first_name = "\xff";
  const auto body = compose(sample_account(), request);
  REQUIRE_FALSE(body);
  CHECK(body.error().fault == Fault::invalid);
}

TEST_CASE("evaluate: a sync repeat differs in its key alone") {
  const auto first = compose(sample_account(), sample_request());
  auto other = sample_request();
  other.key = IdempotencyKey("99999999-2222-8333-8444-555555555555");
  CHECK(recompose(*first, other.key) == compose(sample_account(), other));
  CHECK_FALSE(recompose("{}", other.key));
  CHECK_FALSE(recompose("not JSON", other.key));
  CHECK_FALSE(recompose(*first, IdempotencyKey()));
}
