#include "flexfactor/callback_mask.hpp"

#include <doctest/doctest.h>

#include "flexfactor/callback.hpp"

using namespace recycled;
using flexfactor::without_card_numbers;

TEST_CASE("X4: a callback without a card number is stored byte for byte") {
  for (const std::string body :
       {R"({ "Event":"order.completed", "ExternalOrderId":"40000027-6000-3184-0000-000000000000",
            "TimeStamp":"2026-11-23T09:00:00.1234567Z", "EventData":{"at":1764061234560, "x":1.50},
            "ConfirmationId":"ABC123", "IsTestMode":true})",
        "", "no JSON", "[1,2]", "{\"a\":\"\\u00e9\"}", "{\"a\":1,\"a\":2}", "\xff\xfe"}) {
    CAPTURE(body);
    CHECK(without_card_numbers(body) == body);
  }
}

TEST_CASE("X4: a card number is starred out wherever it is, and however it is written") {
  for (const std::string body :
       {R"({"Event":"e","EventData":{"card":"4000002760003184"}})",
        R"({"Event":"e","EventData":[[{"card":4000002760003184}]]})",
        R"({"Event":"e","EventData":"\u00340000027\u0036000 3184"})",
        R"({"Event":"e","4000002760003184":1})",
        R"({"Event":"e","EventData":"4000-0027-6000-3184","EventData":null})",
        R"({"Event":"e","EventData":"4000002760003184")", "card 4000 0027 6000 3184"}) {
    CAPTURE(body);
    const std::string stored = without_card_numbers(body);
    CHECK(stored.find("****") != std::string::npos);
    for (const char* part : {"4000002760003184", "60003184", "6000 3184", "6000-3184", "\\u0034"}) {
      CHECK(stored.find(part) == std::string::npos);
    }
  }
}

TEST_CASE("X4: a masked callback still says what it is about") {
  const std::string body =
      R"({"Event":"order.completed","ExternalOrderId":"8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d",)"
      R"("OrderId":"40000027-6000-3184-0000-000000000000","EventData":"4000002760003184"})";
  const auto stored = flexfactor::parse_callback(without_card_numbers(body));
  CHECK(stored == flexfactor::parse_callback(body));
  CHECK(stored->order == OrderId("8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d"));
}

TEST_CASE("X4: a callback that is too deep to be walked is masked as text") {
  const std::string deep(60'000, '[');
  CHECK(without_card_numbers(deep) == deep);
  CHECK(without_card_numbers(deep + "4000002760003184") == deep + "****************");
}
