// The bearer token of one account: cached, refreshed early, and fetched by one caller at a time.
// Source: flexfactor.md "POST oauth2/token", lessons.md 21.
#pragma once

#include <optional>

#include "async/single_flight.hpp"
#include "flexfactor/codec.hpp"
#include "http/transport.hpp"
#include "ports/clock.hpp"
#include "ports/events.hpp"

namespace recycled::flexfactor {

// One request for a token, made once, and what came with the answer.
struct TokenAnswer {
  tl::expected<Token, NoToken> token;
  Instant asked_at{};
  Instant answered_at{};
  std::optional<Instant> date;  // the peer's clock, if the answer has one
};
async::Task<TokenAnswer> ask_for_token(http::Transport& transport, const ports::Clock& clock,
                                       const Account& account);

class TokenSource {
 public:
  using Answer = tl::expected<crypto::Secret, NoToken>;

  // All references outlive this.
  TokenSource(http::Transport& transport, const ports::Clock& clock, ports::Events& events,
              const Account& account);

  // The cached token, or a fresh one. One refresh is under way at a time; it is not repeated here.
  async::Task<Answer> get();

  // FlexFactor did not accept `refused` (401): the next get() fetches another. A token that has
  // been replaced meanwhile is left alone.
  void reject(const crypto::Secret& refused);

 private:
  async::Task<Answer> fetch();

  http::Transport& transport_;
  const ports::Clock& clock_;
  ports::Events& events_;
  const Account& account_;
  std::optional<crypto::Secret> current_;
  Instant refresh_at_{};
  async::SingleFlight<Answer> refresh_;
};

}  // namespace recycled::flexfactor
