#include "conversation.hpp"

namespace recycled::flexfactor::contract {

namespace {

Account account_with(const Dialect& dialect) {
  Account account{GatewayId("ff"),          "mid",        "site", crypto::Secret("key"),
                  crypto::Secret("secret"), "descriptor", {},     {}};
  account.dialect = dialect;
  return account;
}

ports::HandOverRequest request_for(const std::string& card, const std::string& order, Instant at) {
  ports::HandOverRequest request;
  request.order = OrderId(order);
  request.key = IdempotencyKey("key of " + order);
  request.amount = {8995, Currency()};
  request.expires_at = at + std::chrono::days(21);
  request.subscription.id = SubscriptionId("sub of " + order);
  request.subscription.gateway = GatewayId("nmi");
  request.subscription.price = request.amount;
  request.subscription.card.token = card;
  billing::Declined declined;
  declined.at = at;
  declined.code = "51";
  request.subscription.declined = declined;
  return request;
}

}  // namespace

std::string in_words(const billing::Outcome& outcome) {
  const std::string name(billing::name_of(outcome));
  if (const auto* refused = std::get_if<billing::outcome::Refused>(&outcome)) {
    return name + ": " + std::string(to_text(refused->reason));
  }
  if (const auto* declined = std::get_if<billing::outcome::Declined>(&outcome)) {
    return name + ": " + std::string(to_text(declined->reason));
  }
  return name;
}

Conversation::Conversation(MakeStage make, const Situation& situation, const Dialect& dialect)
    : stage_(make(context_, clock_, situation)),
      client_(stage_->transport(), clock_, events_, account_with(dialect)) {}

// The request of one order is the same however often it is sent, as the ledger keeps its bytes.
ports::HandOverReply Conversation::evaluate(const std::string& card, const std::string& order) {
  const auto request = request_for(card, order, started_at_);
  return get(client_.hand_over(request.order, *client_.compose(request)));
}

std::string Conversation::hand_over(const std::string& card) {
  const auto reply = evaluate(card);
  if (reply.provider_order) provider_order = reply.provider_order;
  trace = reply.trace;
  return in_words(reply.outcome);
}

std::string Conversation::inquire() {
  const auto reply = get(client_.inquire(provider_order.value_or(ProviderOrderId("nobody"))));
  return reply.news ? std::string(billing::to_text(*reply.news)) : "no answer";
}

std::string Conversation::cancel() {
  return std::string(billing::to_text(
      get(client_.cancel(provider_order.value_or(ProviderOrderId("nobody")))).result));
}

std::string Conversation::cancel_external(const std::string& order) {
  return std::string(billing::to_text(get(client_.cancel_external(OrderId(order))).result));
}

ports::ListReply Conversation::list(int page) {
  ports::ListQuery query;
  query.from = started_at_;
  query.to = started_at_ + std::chrono::hours(1);
  query.page = page;
  return get(client_.list(query));
}

void Conversation::pass(Millis time) {
  clock_.at += time;
  stage_->pass_until(clock_.at);
}

}  // namespace recycled::flexfactor::contract
