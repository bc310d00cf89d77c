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
