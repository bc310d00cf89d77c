// The same explanation for programs. Every key here is an interface.
#include "report/explain.hpp"
#include "report/explain_sale.hpp"
#include "report/json.hpp"

namespace recycled::report {
namespace {

Json json_of(const ports::Attempt& attempt);
Json json_of(const ports::StoredCallback& callback);
Json json_of(const RecoveryStory& story);
Json json_of(const HistoryLine& line);

template <class Row>
Json list_of(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(json_of(row));
  return list;
}

Json json_of(const ports::Attempt& attempt) {
  return {{"started_at", to_iso8601(attempt.started_at)},
          {"took_ms", attempt.took.count()},
          {"step", to_text(attempt.step)},
          {"outcome", attempt.outcome},
          {"detail", attempt.detail}};
}

// Neither headers nor body: they are the payer's, and `callbacks show` is the place for them.
Json json_of(const ports::StoredCallback& callback) {
  return {{"key", callback.key.value()},
          {"received_at", to_iso8601(callback.received_at)},
          {"event", text_or_null(callback.event)},
          {"result", to_text(callback.result)},
          {"tries", callback.tries},
          {"next_at", when_or_null(callback.next_at)},
          {"error", text_or_null(callback.error)},
          {"pruned_at", when_or_null(callback.pruned_at)}};
}

Json json_of(const RecoveryStory& story) {
  const billing::Recovery& recovery = story.stored.recovery;
  const auto& provider_order = recovery.provider_order;
  return {{"order_id", recovery.order.str()},
          {"state", to_text(recovery.state)},
          {"reason", to_text(recovery.reason)},
          {"kind", to_text(recovery.kind)},
          {"amount", to_decimal(recovery.amount)},
          {"currency", recovery.amount.currency.code()},
          {"billing_cycle", recovery.cycle},
          {"reattempt", recovery.reattempt},
          {"gateway", recovery.provider_gateway.str()},
          {"return_gateway", recovery.return_gateway.str()},
          {"provider_order", provider_order ? Json(provider_order->str()) : Json()},
          {"claimed_at", to_iso8601(recovery.claimed_at)},
          {"expires_at", to_iso8601(recovery.expires_at)},
          {"next_step", to_text(recovery.step)},
          {"next_at", when_or_null(recovery.next_at)},
          {"settled_at", when_or_null(recovery.settled_at)},
          {"pruned_at", when_or_null(story.stored.pruned_at)},
          {"late", recovery.late},
          {"refund_due", recovery.refund_due},
          {"refunded", recovery.refunded},
          {"charged_back", recovery.charged_back},
          {"attempts", list_of(story.attempts)},
          {"callbacks", list_of(story.callbacks)}};
}

Json json_of(const HistoryLine& line) {
  return {{"at", to_iso8601(line.when.at)},
          {"day", to_iso8601(line.when.day)},
          {"kind", line.kind},
          {"text", line.text}};
}

Json json_of(const std::optional<billing::Declined>& declined) {
  if (!declined) return {};
  return {{"at", to_iso8601(declined->at)},
          {"code", declined->code},
          {"message", declined->message},
          {"reattempts_made", declined->reattempts_made},
          {"last_attempt_at", to_iso8601(declined->last_attempt_at)}};
}

template <class Refusal>
Json json_of_refusal(const std::optional<Refusal>& refusal) {
  if (!refusal) return {};
  return {{"reason", to_text(refusal->reason)}, {"detail", refusal->detail}};
}

Json json_of(const billing::Card& card) {
  return {{"first6", text_or_null(card.first6)}, {"last4", text_or_null(card.last4)}};
}

}  // namespace

std::string to_json(const Explanation& explanation) {
  const billing::Subscription& subscription = explanation.stored.subscription;
  const auto& due = explanation.due;
  return written(Json{{"subscription_id", subscription.id.str()},
                      {"status", to_text(subscription.status)},
                      {"billing_cycle", subscription.cycle},
                      {"gateway", subscription.gateway.str()},
                      {"price", to_decimal(subscription.price)},
                      {"currency", subscription.price.currency.code()},
                      {"next_bill_date", when_or_null(subscription.next_bill_on)},
                      {"due_at", due ? Json(to_iso8601(due->at)) : Json()},
                      {"due_day", due ? Json(to_iso8601(due->day)) : Json()},
                      {"not_taken", json_of_refusal(explanation.not_taken)},
                      {"fail_reason", text_or_null(explanation.stored.fail_reason)},
                      {"rebill_with", text_or_null(to_text(explanation.stored.rebill_with))},
                      {"decline", json_of(subscription.declined)},
                      {"card", json_of(subscription.card)},
                      {"at", to_iso8601(explanation.at)},
                      {"sentences", explanation.sentences},
                      {"recoveries", list_of(explanation.recoveries)},
                      {"history", list_of(explanation.history)}});
}

std::string to_json(const SaleExplanation& explanation) {
  const billing::Sale& sale = explanation.stored.sale;
  return written(Json{{"order_id", sale.id.str()},
                      {"order_type", to_text(sale.type)},
                      {"status", to_text(sale.status)},
                      {"gateway", sale.gateway.str()},
                      {"routing_profile", text_or_null(sale.routing_profile.str())},
                      {"amount", to_decimal(sale.amount)},
                      {"currency", sale.amount.currency.code()},
                      {"subscription_id", text_or_null(sale.subscription.str())},
                      {"not_taken", json_of_refusal(explanation.not_taken)},
                      {"decline", json_of(sale.declined)},
                      {"card", json_of(sale.card)},
                      {"at", to_iso8601(explanation.at)},
                      {"sentences", explanation.sentences},
                      {"recoveries", list_of(explanation.recoveries)},
                      {"history", list_of(explanation.history)}});
}

}  // namespace recycled::report
