// The wire of FlexFactor as pure functions: requests to bytes, replies to what they mean. Source of
// every field and status word: flexfactor.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "flexfactor/account.hpp"
#include "flexfactor/dialect.hpp"
#include "ports/provider.hpp"

namespace recycled::flexfactor {

// What every reply is decoded from.
struct Reply {
  int http_status = 0;
  std::string_view body;
  std::optional<Millis> retry_after;
};

// The exact bytes of a recurring hand-over (flexfactor.md "POST evaluate"). The same request gives
// the same bytes. Fault::invalid names the required field that is missing.
Result<std::string> compose(const Account& account, const ports::HandOverRequest& request);
// The same for a new sale: by the merchant (MIT, with expiryDateUtc), or by the customer who waits
// (CIT, with customerIp).
Result<std::string> compose_sale(const Account& account, const ports::SaleRequest& request);

// The same bytes but for the idempotency key. Fault::invalid: `body` is not such a request.
Result<std::string> recompose(const std::string& body, const IdempotencyKey& key);

// Our order id inside a composed request; empty when there is none.
OrderId order_in(std::string_view body);

// The body of POST orders/{id}/refund: major units, there alone (flexfactor.md "Basics").
std::string compose_refund(Money amount);

// The body of the deprecated POST outcome.
std::string compose_outcome(const ProviderOrderId& order);

// The body of oauth2/token.
std::string compose_token_request(const Account& account);

// Reads the reply to evaluate. `order` is ours: an id equal to it in the reply is an echo, not
// FlexFactor's own id. A reply about another order is unknown.
ports::HandOverReply decode_evaluate(const Reply& reply, const OrderId& order,
                                     const Dialect& dialect = {});

// Reads the reply to GET orders/{id}. One about another order, or about none, is no answer.
ports::InquiryReply decode_inquiry(const Reply& reply, const ProviderOrderId& order,
                                   const Dialect& dialect = {});

// Reads the reply to the deprecated POST outcome, in the words of evaluate.
ports::InquiryReply decode_outcome(const Reply& reply, const ProviderOrderId& order,
                                   const Dialect& dialect = {});

// Reads the reply to GET orders.
ports::ListReply decode_list(const Reply& reply, const Dialect& dialect = {});

// Reads the reply to cancel and to external-cancel. One about another order is `unavailable`.
ports::WithdrawReply decode_cancel(const Reply& reply, const ProviderOrderId& order);
ports::WithdrawReply decode_external_cancel(const Reply& reply, const OrderId& order);

// Reads the reply to a refund. One about another order is `unavailable`.
ports::RefundReply decode_refund(const Reply& reply, const ProviderOrderId& order);

struct Token {
  crypto::Secret access;
  Instant expires_at{};
};

struct NoToken {
  std::string why;
  std::optional<Millis> retry_after;
  int http_status = 0;  // 0: no answer at all
};

// Reads the reply to oauth2/token; without a readable `expires` the ten minutes of the contract
// count from `now`.
tl::expected<Token, NoToken> decode_token(const Reply& reply, Instant now);

}  // namespace recycled::flexfactor
