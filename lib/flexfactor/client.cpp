#include "flexfactor/client.hpp"

#include <utility>

#include "base/ensure.hpp"
#include "flexfactor/tokenize.hpp"
#include "flexfactor/url.hpp"

namespace recycled::flexfactor {

namespace {

http::Request request_for(std::string method, std::string target, std::string body) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = std::move(body);
  return request;
}

std::string list_target(const ports::ListQuery& query, const Dialect& dialect) {
  return "orders?from=" + url_escaped(to_iso8601(query.from)) +
         "&to=" + url_escaped(to_iso8601(query.to)) +
         "&pageSize=" + std::to_string(query.page_size) +
         "&pageNumber=" + std::to_string(query.page - 1 + dialect.first_page);
}

http::Request inquiry_request(const ProviderOrderId& order, InquiryBy by) {
  switch (by) {
    case InquiryBy::orders:
      return request_for("GET", "orders/" + url_escaped(order.str()), {});
    case InquiryBy::outcome:
      return request_for("POST", "outcome", compose_outcome(order));
  }
  return {};
}

// Whatever a reply says of its order, it says how the service is.
template <class Reply>
Reply paced(Reply reply, ports::Service service, std::optional<Millis> retry_after) {
  reply.service = service;
  reply.retry_after = retry_after;
  return reply;
}

// A 401 that a fresh token did not cure will meet every other call too.
ports::Service service_of(int status) {
  if (status == 429) return ports::Service::busy;
  if (status == 401 || status == 408 || status >= 500) return ports::Service::unavailable;
  return ports::Service::answered;
}

// A token refused to our app keys, and not for the moment.
bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

}  // namespace

Client::Client(http::Transport& transport, const ports::Clock& clock, ports::Events& events,
               Account account)
    : transport_(transport),
      clock_(clock),
      events_(events),
      account_(std::move(account)),
      token_(transport_, clock_, events_, account_) {}

void Client::renew(crypto::Secret app_key, crypto::Secret app_secret) {
  account_.app_key = app_key;
  account_.app_secret = app_secret;
}

Result<std::string> Client::compose(const ports::HandOverRequest& request) const {
  return flexfactor::compose(account_, request);
}

Result<std::string> Client::compose_sale(const ports::SaleRequest& request) const {
  return flexfactor::compose_sale(account_, request);
}

Result<std::string> Client::recompose(const std::string& body, const IdempotencyKey& key) const {
  return flexfactor::recompose(body, key);
}

async::Task<ports::HandOverReply> Client::hand_over(OrderId order, std::string body) {
  auto request = request_for("POST", "evaluate", std::move(body));
  auto answer = co_await call(std::move(request), order.str());
  ports::HandOverReply reply;
  if (answer.response) {
    reply = decode_evaluate(answer.reply(), order, account_.dialect);
  } else if (answer.reached == http::Reached::certainly_not) {
    reply.outcome = billing::outcome::NotSent{answer.why, answer.retry_after};
  } else {
    reply.outcome = billing::outcome::Unknown{answer.why, answer.retry_after};
  }
  // A page of a proxy's under a 200, say: the others would fare no better.
  const bool is_unknown = std::holds_alternative<billing::outcome::Unknown>(reply.outcome);
  const bool is_fine = answer.response && answer.response->status < 300;
  if (is_unknown && is_fine) answer.service = ports::Service::unavailable;
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

ports::InquiryReply Client::decoded(const Answer& answer, const ProviderOrderId& order) const {
  switch (account_.dialect.inquiry) {
    case InquiryBy::orders:
      return decode_inquiry(answer.reply(), order, account_.dialect);
    case InquiryBy::outcome:
      return decode_outcome(answer.reply(), order, account_.dialect);
  }
  return {};
}

async::Task<ports::InquiryReply> Client::inquire(ProviderOrderId order) {
  ensure(!order.empty(), "an inquiry names an order");
  auto request = inquiry_request(order, account_.dialect.inquiry);
  auto answer = co_await call(std::move(request), order.str());
  ports::InquiryReply reply;
  reply.word = answer.why;
  if (answer.response) reply = decoded(answer, order);
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

async::Task<ports::WithdrawReply> Client::cancel(ProviderOrderId order) {
  ensure(!order.empty(), "a cancel names an order");
  auto request = request_for("POST", "orders/" + url_escaped(order.str()) + "/cancel", {});
  auto answer = co_await call(std::move(request), order.str());
  ports::WithdrawReply reply;
  reply.message = answer.why;
  if (answer.response) reply = decode_cancel(answer.reply(), order);
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

async::Task<ports::WithdrawReply> Client::cancel_external(OrderId order) {
  ensure(!order.empty(), "a cancel names an order");
  auto request = request_for("POST", "orders/" + url_escaped(order.str()) + "/external-cancel", {});
  auto answer = co_await call(std::move(request), order.str());
  ports::WithdrawReply reply;
  reply.message = answer.why;
  if (answer.response) reply = decode_external_cancel(answer.reply(), order);
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

async::Task<ports::RefundReply> Client::refund(ProviderOrderId order, Money amount) {
  ensure(!order.empty(), "a refund names an order");
  auto request =
      request_for("POST", "orders/" + url_escaped(order.str()) + "/refund", compose_refund(amount));
  auto answer = co_await call(std::move(request), order.str());
  ports::RefundReply reply;
  reply.message = answer.why;
  if (answer.response) reply = decode_refund(answer.reply(), order);
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

async::Task<ports::ListReply> Client::list(ports::ListQuery query) {
  ensure(query.page >= 1 && query.page_size >= 1, "pages are counted from 1 and hold something");
  auto request = request_for("GET", list_target(query, account_.dialect), {});
  std::string no_order;
  auto answer = co_await call(std::move(request), std::move(no_order));
  ports::ListReply reply;
  reply.why = answer.why;
  if (answer.response) reply = decode_list(answer.reply(), account_.dialect);
  co_return paced(std::move(reply), answer.service, answer.retry_after);
}

// The target holds the EnvironmentKey and the body a card number: neither is in any event.
async::Task<ports::TokenizeReply> Client::tokenize(ports::PlainCard card) {
  ensure(!account_.environment_key.empty(), "tokens are made by an account that has the key");
  auto body = compose_tokenize(card);
  if (!body) co_return ports::CardRefused{body.error().message};
  auto request = request_for("POST", tokenize_target(account_), std::move(*body));
  std::string no_order;
  auto answer = co_await call(std::move(request), std::move(no_order));
  if (answer.response) co_return decode_tokenize(answer.reply(), account_, card);
  if (answer.retry_after) co_return ports::SlowDown{answer.why, answer.retry_after};
  co_return ports::NoAnswer{answer.why, answer.shut_out ? credentials : ""};
}

async::Task<TokenAnswer> Client::probe() {
  auto answer = co_await ask_for_token(transport_, clock_, account_);
  co_return answer;
}

async::Task<Client::Answer> Client::call(http::Request request, std::string order) {
  auto answer = co_await authorized(std::move(request));
  if (answer.response) {
    answer.service = service_of(answer.response->status);
    answer.why = "HTTP " + std::to_string(answer.response->status);
  }
  if (answer.service != ports::Service::answered) note_unavailable(order, answer.why);
  co_return answer;
}

async::Task<Client::Answer> Client::authorized(http::Request request) {
  // What a second turn would need is in here, a card number perhaps (the transport wipes its own).
  const crypto::WipedAtEnd wiped(request.body);
  Answer answer;
  for (int turn = 1; turn <= 2; ++turn) {
    auto token = co_await token_.get();
    if (!token) {
      answer.why = "no token: " + token.error().why;
      answer.retry_after = token.error().retry_after;
      answer.shut_out = is_refusal(token.error().http_status);
      co_return answer;
    }
    http::Request attempt = request;
    attempt.headers.emplace_back("Authorization", "Bearer " + std::string(token->reveal()));
    auto exchanged = co_await transport_.exchange(std::move(attempt));
    if (!exchanged) {
      answer.reached = exchanged.error().reached;
      answer.why = exchanged.error().why;
      co_return answer;
    }
    if (exchanged->status == 401) token_.reject(*token);
    if (exchanged->status != 401 || turn == 2) {
      answer.retry_after = http::retry_after(exchanged->headers, clock_.now());
      answer.response = std::move(*exchanged);
      co_return answer;
    }
  }
  co_return answer;
}

void Client::note_unavailable(const std::string& order, const std::string& why) {
  ports::Event event(ports::EventName::provider_unavailable);
  event.gateway = account_.gateway.str();
  event.order = order;
  event.reason = why;
  events_.note(event);
}

}  // namespace recycled::flexfactor
