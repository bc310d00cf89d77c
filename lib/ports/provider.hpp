// The decline-recovery provider as the engine knows it. One per FlexFactor gateway. Calls are made
// at most once each: no retry in here, the state machine decides about those.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "billing/decide.hpp"
#include "billing/sale.hpp"
#include "billing/subscription.hpp"

namespace recycled::ports {

// All that goes into the bytes of one hand-over.
struct HandOverRequest {
  OrderId order;
  IdempotencyKey key;
  billing::Subscription subscription;
  Money amount;
  int reattempt = 4;
  Instant claimed_at{};
  Instant expires_at{};
};

// All that goes into the bytes of a new sale's rerun or cascade.
struct SaleRequest {
  // Whose initiative it is (flexfactor.md "POST evaluate": MIT and CIT).
  enum class By {
    merchant,  // a rerun: FlexFactor has until expires_at
    customer,  // a cascade: a shopper waits, and is answered at once
  };
  OrderId order;
  IdempotencyKey key;
  billing::Sale sale;
  std::optional<billing::Subscription> subscription;  // of its recurring product, where it is known
  By by = By::merchant;
  Instant claimed_at{};
  Instant expires_at{};  // by the merchant alone
};

// How the service itself was at the end of a call, whatever it said of the order: what pacing goes
// by.
enum class Service {
  answered,     // it works
  busy,         // it works, and asks for less (429)
  unavailable,  // nobody answered, or only to say that it cannot
};

struct HandOverReply {
  billing::Outcome outcome;
  std::optional<ProviderOrderId> provider_order;
  std::string trace;  // FlexFactor's TraceId where there is one: support asks for it
  Service service = Service::answered;
  std::optional<Millis> retry_after;
};

struct InquiryReply {
  // Nothing: no answer. `not_found` is an answer.
  std::optional<billing::News> news;
  std::string word;  // the status word as it came, or why there is none
  std::optional<Millis> retry_after;
  Service service = Service::answered;
};

struct WithdrawReply {
  billing::Withdrawal result = billing::Withdrawal::unavailable;
  std::string message;
  std::optional<Millis> retry_after;
  Service service = Service::answered;
};

struct RefundReply {
  billing::Refund result = billing::Refund::unavailable;
  std::string message;
  std::optional<Millis> retry_after;
  Service service = Service::answered;
};

// One page of the orders created from `from` on and before `to`. Whether a page holds as many as
// were asked for is the provider's affair: the first page without an order is behind the last.
struct ListQuery {
  Instant from{};
  Instant to{};
  int page = 1;
  int page_size = 100;
};

struct ListedOrder {
  ProviderOrderId provider_order;
  OrderId order;  // ours; empty where the list does not show it
  billing::News news = billing::News::strange;
  std::string word;             // the status as it came
  std::optional<Money> amount;  // nothing: not shown, or not readable
  std::optional<Instant> created_at;
  bool operator==(const ListedOrder&) const = default;
};

struct ListReply {
  // Nothing: no answer. A page of which one row could not be read is none either, since that row
  // may be the one that is looked for.
  std::optional<std::vector<ListedOrder>> orders;
  std::string why;  // there is none
  std::optional<Millis> retry_after;
  Service service = Service::answered;
};

class Provider {
 public:
  virtual ~Provider() = default;

  // The exact bytes of the request, or Fault::invalid naming the one required field that the
  // subscription lacks (found before the call: flexfactor.md "POST evaluate").
  virtual Result<std::string> compose(const HandOverRequest& request) const = 0;
  virtual Result<std::string> compose_sale(const SaleRequest& request) const = 0;
  // The same request under another key: what a sync account is asked the next time.
  virtual Result<std::string> recompose(const std::string& body,
                                        const IdempotencyKey& key) const = 0;

  // The request as it was composed, of that order.
  virtual async::Task<HandOverReply> hand_over(OrderId order, std::string body) = 0;
  virtual async::Task<InquiryReply> inquire(ProviderOrderId order) = 0;
  virtual async::Task<WithdrawReply> cancel(ProviderOrderId order) = 0;
  virtual async::Task<WithdrawReply> cancel_external(OrderId order) = 0;
  virtual async::Task<RefundReply> refund(ProviderOrderId order, Money amount) = 0;
  virtual async::Task<ListReply> list(ListQuery query) = 0;
};

class Providers {
 public:
  virtual ~Providers() = default;
  // Null when the config no longer has that gateway.
  virtual Provider* find(const GatewayId& gateway) = 0;
};

}  // namespace recycled::ports
