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

async::Task<TokenAnswer> ask_for_token(http::Transport& transport, const ports::Clock& clock,
                                       const Account& account) {
  TokenAnswer answer;
  answer.asked_at = clock.now();
  http::Request request;
  request.method = "POST";
  request.target = "oauth2/token";
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = compose_token_request(account);
  auto exchanged = co_await transport.exchange(std::move(request));
  answer.answered_at = clock.now();
  if (!exchanged) {
    answer.token = tl::unexpected(NoToken{exchanged.error().why, std::nullopt});
    co_return answer;
  }
  const auto retry_after = http::retry_after(exchanged->headers, answer.answered_at);
  answer.token =
      decode_token({exchanged->status, exchanged->body, retry_after}, answer.answered_at);
  const auto date = http::find_header(exchanged->headers, "Date");
  if (date) answer.date = http::parse_http_date(*date);
  co_return answer;
}

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
  auto answer = co_await ask_for_token(transport_, clock_, account_);
  if (!answer.token) co_return tl::unexpected(answer.token.error());

  current_ = answer.token->access;
  refresh_at_ =
      std::max(answer.token->expires_at - refresh_early, answer.answered_at + shortest_use);
  ports::Event event(ports::EventName::provider_token);
  event.gateway = account_.gateway.str();
  event.took = answer.answered_at - answer.asked_at;
  events_.note(event);
  co_return *current_;
}

}  // namespace recycled::flexfactor
