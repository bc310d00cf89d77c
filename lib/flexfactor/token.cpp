#include "flexfactor/token.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"

namespace recycled::flexfactor {

namespace {

constexpr Millis refresh_early = std::chrono::minutes(1);
// A clock of ours that runs ahead must not turn every call into two.
constexpr Millis shortest_use = std::chrono::seconds(10);

}  // namespace

TokenSource::TokenSource(http::Transport& transport, const ports::Clock& clock,
                         ports::Events& events, const Account& account)
    : transport_(transport), clock_(clock), events_(events), account_(account) {}

async::Task<TokenSource::Answer> TokenSource::get() {
  if (current_ && clock_.now() < refresh_at_) co_return *current_;
  async::SingleFlight<Answer>::Work work = [this] { return fetch(); };
  auto answer = co_await refresh_.run(std::move(work));
  co_return answer;
}

void TokenSource::reject(const crypto::Secret& refused) {
  if (current_ && crypto::equal_in_constant_time(current_->reveal(), refused.reveal())) {
    current_.reset();
  }
}

async::Task<TokenSource::Answer> TokenSource::fetch() {
  const Instant asked_at = clock_.now();
  http::Request request;
  request.method = "POST";
  request.target = "oauth2/token";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = compose_token_request(account_);
  auto exchanged = co_await transport_.exchange(std::move(request));
  if (!exchanged) co_return tl::unexpected(NoToken{exchanged.error().why, std::nullopt});

  const Instant now = clock_.now();
  Reply reply{exchanged->status, exchanged->body, http::retry_after(exchanged->headers, now)};
  auto token = decode_token(reply, now);
  if (!token) co_return tl::unexpected(token.error());

  current_ = token->access;
  refresh_at_ = std::max(token->expires_at - refresh_early, now + shortest_use);
  ports::Event event(ports::EventName::provider_token);
  event.gateway = account_.gateway.str();
  event.took = now - asked_at;
  events_.note(event);
  co_return *current_;
}

}  // namespace recycled::flexfactor
