// A recovery at its claim, and the events that can befall it, as decide's tests spell them.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "billing/decide.hpp"

namespace recycled::billing {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

inline const Instant start = from_millis(1'800'000'000'000);
inline const Instant expiry = start + 21 * 24h;

inline Recovery claimed() {
  Recovery recovery;
  recovery.order = OrderId("order");
  recovery.provider_gateway = GatewayId("ff");
  recovery.return_gateway = GatewayId("bank");
  recovery.amount.minor = 8995;
  recovery.next_at = start;
  recovery.claimed_at = start;
  recovery.expires_at = expiry;
  recovery.unsent_until = start;
  return recovery;
}

inline Situation at(Instant now, MitMode mit = MitMode::managed) {
  Situation situation;
  situation.now = now;
  situation.mit = mit;
  return situation;
}

inline Event answered(Outcome outcome, const char* order = "") {
  Answered event{std::move(outcome), 1, std::nullopt};
  if (*order != '\0') event.provider_order = ProviderOrderId(order);
  return event;
}

inline Event learned(News news, Source source = Source::callback) {
  return Learned{news, source, ProviderOrderId("theirs"), std::nullopt};
}

// The answer to an inquiry that was made when the recovery stood like `asked`.
inline Event answer(const Recovery& asked, News news) {
  return Learned{news, Source::inquiry, asked.provider_order, std::nullopt, question_of(asked)};
}
inline Event no_answer(const Recovery& asked,
                       InquiryFailed::Because because = InquiryFailed::Because::no_answer) {
  return InquiryFailed{{}, because, question_of(asked)};
}

inline Recovery taken_over() {
  return decide(claimed(), answered(outcome::Pending{}, "theirs"), Rules{}, at(start)).recovery;
}

inline Recovery after(const Recovery& recovery, const Event& event, Instant now) {
  return decide(recovery, event, Rules{}, at(now)).recovery;
}

}  // namespace recycled::billing
