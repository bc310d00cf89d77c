#include "base/ensure.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/id.hpp"

namespace recycled {
namespace {

TEST_CASE("a kept promise costs nothing, and a broken one says which and where") {
  CHECK_NOTHROW(ensure(true, "the sky is up"));
  std::string told;
  try {
    ensure(false, "the sky is up");
  } catch (const Bug& bug) {
    told = bug.what();
  }
  CHECK(told.find("the sky is up") != std::string::npos);
  CHECK(told.find("ensure_test.cpp:") != std::string::npos);
}

TEST_CASE("ids of different things are different types, and compare by value") {
  static_assert(!std::is_convertible_v<GatewayId, SubscriptionId>);
  static_assert(!std::is_convertible_v<std::string, GatewayId>);
  static_assert(!std::is_convertible_v<RecoveryKey, SubscriptionKey>);
  CHECK(GatewayId("a") == GatewayId("a"));
  CHECK(GatewayId("a") < GatewayId("b"));
  CHECK(GatewayId().empty());
  CHECK(SubscriptionKey(2) > SubscriptionKey(1));
}

}  // namespace
}  // namespace recycled
