#include "ports/ledger.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/ensure.hpp"

namespace recycled::ports {
namespace {

TEST_CASE("the words of a callback's result") {
  int index = 0;
  for (const char* word : {"applied", "ignored", "unmatched", "failed", "unreadable"}) {
    CAPTURE(word);
    const auto result = static_cast<CallbackResult>(index++);
    CHECK(to_text(result) == word);
    CHECK(parse_callback_result(word) == result);
  }
  CHECK_THROWS_AS(to_text(static_cast<CallbackResult>(index)), Bug);
  CHECK_FALSE(parse_callback_result("matched"));
  CHECK_FALSE(parse_callback_result(""));
}

}  // namespace
}  // namespace recycled::ports
