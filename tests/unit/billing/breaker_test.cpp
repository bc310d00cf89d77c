#include "billing/breaker.hpp"

#include <doctest/doctest.h>

namespace recycled::billing {
namespace {

Recovery in(RecoveryState state, Reason reason = Reason::none) {
  Recovery recovery;
  recovery.state = state;
  recovery.reason = reason;
  return recovery;
}

// What the letters come to, one after the other.
std::optional<std::string> after(const std::string& letters, const Breaker& breaker) {
  std::string recent;
  for (const char letter : letters) remember(recent, static_cast<Ending>(letter), breaker);
  return why_break(recent, breaker);
}

TEST_CASE("a result is the end that FlexFactor gives a hand-over, once") {
  using enum RecoveryState;
  CHECK(ending_of(in(intended), in(recovered)) == Ending::recovered);
  CHECK(ending_of(in(waiting), in(failed, Reason::declined)) == Ending::failed);
  CHECK(ending_of(in(waiting), in(failed, Reason::cancelled_by_provider)) == Ending::failed);
  CHECK_FALSE(ending_of(in(withdrawing), in(failed, Reason::expired)).has_value());
  CHECK_FALSE(ending_of(in(withdrawing), in(failed, Reason::unresolved)).has_value());
  CHECK(ending_of(in(intended), in(parked)) == Ending::refused);
  CHECK_FALSE(ending_of(in(intended), in(waiting)).has_value());
  // What a person says of a parked one, a late success and a customer who left are no news of it.
  CHECK_FALSE(ending_of(in(parked), in(failed, Reason::declined)).has_value());
  CHECK_FALSE(ending_of(in(failed), in(recovered)).has_value());
  CHECK_FALSE(ending_of(in(withdrawing), in(withdrawn)).has_value());
  CHECK_FALSE(ending_of(in(intended), in(released)).has_value());
  auto cascade = in(failed, Reason::declined);
  cascade.kind = RecoveryKind::cascade;
  CHECK_FALSE(ending_of(in(intended), cascade).has_value());
}

TEST_CASE("the breaker goes by the share of its last results, refused and failed apart") {
  const Breaker breaker{10, 30, 80};
  CHECK_FALSE(after("xx", breaker).has_value());
  CHECK(after("xxx", breaker) == "3 of the last 10 results were refused (breaker_refused = 30)");
  CHECK_FALSE(after("fffffff", breaker).has_value());
  CHECK(after("ffffffff", breaker) == "8 of the last 10 results failed (breaker_failed = 80)");
  CHECK(after("xxffffff", breaker) == "8 of the last 10 results failed (breaker_failed = 80)");
  CHECK_FALSE(after("rrfffffffr", breaker).has_value());
  // Older ones than the last ten are forgotten.
  CHECK_FALSE(after("xxrrrrrrrrrrx", breaker).has_value());
  CHECK_FALSE(after("xxxrrrrrrrr", breaker).has_value());
}

TEST_CASE("without results to look at there is no breaker") {
  CHECK_FALSE(after(std::string(1000, 'x'), Breaker{0, 1, 1}).has_value());
}

}  // namespace
}  // namespace recycled::billing
