// Another account at FlexFactor, to be put between: each call goes on as it came.
#pragma once

#include <string>
#include <utility>

#include "ports/provider.hpp"

namespace recycled::testing {

class ForwardingProvider : public ports::Provider {
 public:
  explicit ForwardingProvider(ports::Provider& provider) : provider_(provider) {}

  Result<std::string> compose(const ports::HandOverRequest& request) const override {
    return provider_.compose(request);
  }
  Result<std::string> compose_sale(const ports::SaleRequest& request) const override {
    return provider_.compose_sale(request);
  }
  Result<std::string> recompose(const std::string& body, const IdempotencyKey& key) const override {
    return provider_.recompose(body, key);
  }
  async::Task<ports::InquiryReply> inquire(ProviderOrderId order) override {
    return provider_.inquire(std::move(order));
  }
  async::Task<ports::WithdrawReply> cancel(ProviderOrderId order) override {
    return provider_.cancel(std::move(order));
  }
  async::Task<ports::WithdrawReply> cancel_external(OrderId order) override {
    return provider_.cancel_external(std::move(order));
  }
  async::Task<ports::RefundReply> refund(ProviderOrderId order, Money amount) override {
    return provider_.refund(std::move(order), amount);
  }
  async::Task<ports::ListReply> list(ports::ListQuery query) override {
    return provider_.list(query);
  }

  async::Task<ports::HandOverReply> hand_over(OrderId order, std::string body) override {
    return provider_.hand_over(std::move(order), std::move(body));
  }

 protected:
  ports::Provider& provider_;
};

}  // namespace recycled::testing
