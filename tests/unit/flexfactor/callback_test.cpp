#include "flexfactor/callback.hpp"

#include <doctest/doctest.h>

#include "fixtures.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using billing::News;
using flexfactor::test::at;

TEST_CASE("callback: events and what they mean") {
  const std::pair<const char*, std::optional<News>> cases[] = {
      {"order.completed", News::completed},
      {"ORDER.Completed", News::completed},
      {"order.expired", News::expired},
      {"order.cancelled", News::cancelled},
      {"order.refunded", News::refunded},
      {"order.capturerequired", News::capture_required},
      {"payment.chargeback.received", News::charged_back},
      {"challenge.created", News::challenge},
      {"payout.sent", std::nullopt},
      {"order.completed.twice", News::strange},
      {"order", News::strange},
  };
  for (const auto& [event, news] : cases) {
    CAPTURE(event);
    const auto callback =
        parse_callback(R"({"Event":")" + std::string(event) + R"(","OrderId":"their-1"})");
    REQUIRE(callback);
    CHECK(callback->news == news);
    CHECK(callback->event == event);
  }
}

TEST_CASE("callback: fields are read and absent ones are empty") {
  const auto full = parse_callback(
      R"({"Event":"order.expired","TimeStamp":"2026-11-20T08:30:15.120034Z","EventData":null,)"
      R"("ExternalOrderId":"ours-1","OrderId":"their-1","IsTestMode":true,"IsResent":true})");
  REQUIRE(full);
  CHECK(full->order == OrderId("ours-1"));
  CHECK(full->provider_order == ProviderOrderId("their-1"));
  CHECK(full->happened_at == at("2026-11-20T08:30:15.120Z"));
  CHECK(full->is_test);
  CHECK(full->is_resent);
  const auto bare = parse_callback(R"({"Event":"order.expired","OrderId":"their-1"})");
  REQUIRE(bare);
  CHECK(bare->order.empty());
  CHECK_FALSE(bare->happened_at);
  CHECK_FALSE(bare->is_test);
}

TEST_CASE("callback: what is no callback is unreadable and says why") {
  for (const char* text : {"", "[]", "{}", R"({"event":"order.completed","OrderId":"x"})",
                           R"({"Event":7,"OrderId":"x"})", R"({"Event":"order.completed"})",
                           R"({"Event":"order.completed","OrderId":null})", "{\"Event\":"}) {
    CAPTURE(text);
    const auto callback = parse_callback(text);
    REQUIRE_FALSE(callback);
    CHECK(callback.error().fault == Fault::invalid);
    CHECK_FALSE(callback.error().message.empty());
  }
}
