// FlexFactor as the engine's provider and tokenizer: one account over one transport.
#pragma once

#include "flexfactor/account.hpp"
#include "flexfactor/token.hpp"
#include "ports/provider.hpp"
#include "ports/tokenizer.hpp"

namespace recycled::flexfactor {

// Every call is made at most once (lessons.md 3), but for a 401: that request was not taken in, so
// it is sent once more under a new token. Only a transport that certainly reached nobody is
// reported as not sent; whatever may have arrived is unknown. For one thread.
class Client final : public ports::Provider, public ports::Tokenizer {
 public:
  // The references outlive this.
  Client(http::Transport& transport, const ports::Clock& clock, ports::Events& events,
         Account account);

  // The keys for the next token. The one in use is used as long as FlexFactor accepts it.
  void renew(crypto::Secret app_key, crypto::Secret app_secret);

  Result<std::string> compose(const ports::HandOverRequest& request) const override;
  Result<std::string> compose_sale(const ports::SaleRequest& request) const override;
  Result<std::string> recompose(const std::string& body, const IdempotencyKey& key) const override;

  async::Task<ports::HandOverReply> hand_over(OrderId order, std::string body) override;
  async::Task<ports::InquiryReply> inquire(ProviderOrderId order) override;
  async::Task<ports::WithdrawReply> cancel(ProviderOrderId order) override;
  async::Task<ports::WithdrawReply> cancel_external(OrderId order) override;
  async::Task<ports::RefundReply> refund(ProviderOrderId order, Money amount) override;
  async::Task<ports::ListReply> list(ports::ListQuery query) override;

  // An account without an EnvironmentKey makes no tokens: not to be called there.
  async::Task<ports::TokenizeReply> tokenize(ports::PlainCard card) override;
  // An access token of its own, to see whether the account can be used at all.
  async::Task<TokenAnswer> probe();

 private:
  // What one call came to: a response, or why there is none.
  struct Answer {
    std::optional<http::Response> response;
    http::Reached reached = http::Reached::certainly_not;
    std::string why;
    bool shut_out = false;  // no token for our app keys: asking again changes nothing
    std::optional<Millis> retry_after;
    ports::Service service = ports::Service::unavailable;

    Reply reply() const { return {response->status, response->body, retry_after}; }
  };

  async::Task<Answer> call(http::Request request, std::string order);
  async::Task<Answer> authorized(http::Request request);
  ports::InquiryReply decoded(const Answer& answer, const ProviderOrderId& order) const;
  void note_unavailable(const std::string& order, const std::string& why);

  http::Transport& transport_;
  const ports::Clock& clock_;
  ports::Events& events_;
  Account account_;
  TokenSource token_;
};

}  // namespace recycled::flexfactor
