#include "engine/calls.hpp"

#include <utility>

#include "base/failpoint.hpp"
#include "engine/line.hpp"

namespace recycled::engine {
namespace {

std::string detail_of(const billing::Outcome& outcome, const std::string& trace) {
  std::string detail;
  if (const auto* refused = std::get_if<billing::outcome::Refused>(&outcome)) {
    detail = refused->message;
  } else if (const auto* not_sent = std::get_if<billing::outcome::NotSent>(&outcome)) {
    detail = not_sent->why;
  } else if (const auto* unknown = std::get_if<billing::outcome::Unknown>(&outcome)) {
    detail = unknown->why;
  }
  if (!trace.empty()) detail += (detail.empty() ? "" : " ") + ("TraceId " + trace);
  return detail;
}

Ended began(const Context& context, const ports::StoredRecovery& stored, billing::Step step) {
  Ended ended;
  ended.attempt.recovery = stored.key;
  ended.attempt.step = step;
  ended.attempt.started_at = context.clock.now();
  return ended;
}

template <class Reply>
void note_service(Ended& ended, const Reply& reply) {
  ended.service = reply.service;
  ended.retry_after = reply.retry_after;
}

void tell(const Context& context, ports::EventName name, const ports::StoredRecovery& stored,
          const Ended& ended, std::string reason) {
  ports::Event line = line_about(name, stored);
  line.reason = std::move(reason);
  line.took = context.clock.now() - ended.attempt.started_at;
  context.events.note(line);
}

}  // namespace

async::Task<Ended> hand_over(const Context& context, ports::Provider& provider,
                             ports::StoredRecovery stored, std::string body) {
  Ended ended = began(context, stored, billing::Step::send);
  may_die_at(Failpoint::call_before);
  OrderId order = stored.recovery.order;
  auto reply = co_await provider.hand_over(std::move(order), std::move(body));
  may_die_at(Failpoint::call_answered);
  note_service(ended, reply);
  ports::Attempt& attempt = ended.attempt;
  attempt.outcome = billing::name_of(reply.outcome);
  attempt.detail = detail_of(reply.outcome, reply.trace);
  tell(context, ports::EventName::recovery_sent, stored, ended,
       attempt.outcome + (attempt.detail.empty() ? "" : ": " + attempt.detail));
  ended.event = billing::Answered{std::move(reply.outcome), stored.recovery.sending,
                                  std::move(reply.provider_order)};
  co_return ended;
}

async::Task<Ended> inquire(const Context& context, ports::Provider& provider,
                           ports::StoredRecovery stored) {
  const Instant asked_at = context.clock.now();
  ProviderOrderId order = stored.recovery.provider_order.value();
  const auto reply = co_await provider.inquire(std::move(order));
  may_die_at(Failpoint::inquiry_answered);
  co_return concluded(context, stored, reply, std::nullopt, asked_at);
}

Ended concluded(const Context& context, const ports::StoredRecovery& stored,
                const ports::InquiryReply& reply, std::optional<ProviderOrderId> order,
                Instant asked_at) {
  Ended ended = began(context, stored, billing::Step::inquire);
  ended.attempt.started_at = asked_at;
  note_service(ended, reply);
  ended.attempt.outcome = reply.news ? billing::to_text(*reply.news) : "no_answer";
  ended.attempt.detail = reply.word;
  tell(context, ports::EventName::recovery_inquired, stored, ended, ended.attempt.outcome);
  const billing::Question question = billing::question_of(stored.recovery);
  if (reply.news) {
    ended.event = billing::Learned{*reply.news, billing::Source::inquiry, std::move(order),
                                   std::nullopt, question};
    return ended;
  }
  using Because = billing::InquiryFailed::Because;
  const bool answered = reply.service == ports::Service::answered;
  ended.event = billing::InquiryFailed{
      reply.retry_after, answered ? Because::cannot_tell : Because::no_answer, question};
  return ended;
}

async::Task<Ended> withdraw(const Context& context, ports::Provider& provider,
                            ports::StoredRecovery stored) {
  const auto& known = stored.recovery.provider_order;
  Ended ended =
      began(context, stored, known ? billing::Step::cancel : billing::Step::external_cancel);
  ports::WithdrawReply reply;
  may_die_at(Failpoint::cancel_before);
  if (known) {
    ProviderOrderId order = *known;
    reply = co_await provider.cancel(std::move(order));
  } else {
    OrderId order = stored.recovery.order;
    reply = co_await provider.cancel_external(std::move(order));
  }
  may_die_at(Failpoint::cancel_answered);
  note_service(ended, reply);
  ended.attempt.outcome = billing::to_text(reply.result);
  ended.attempt.detail = reply.message;
  ended.event = billing::WithdrawAnswered{reply.result, reply.retry_after};
  co_return ended;
}

async::Task<Result<Applied>> keep(const Context& context, Ended ended, Held held) {
  const Moment moment = context.moment();
  ended.attempt.took = moment.now - ended.attempt.started_at;
  std::function<Applied(ports::LedgerTx&)> work = [&context, &ended, held,
                                                   moment](ports::LedgerTx& tx) {
    tx.add_attempt(ended.attempt);
    auto applied = apply(tx, ended.attempt.recovery, ended.event, context.desk, moment);
    if (held == Held::until_now) tx.let_go(ended.attempt.recovery);
    may_die_at(Failpoint::result_written);
    return applied;
  };
  auto applied = co_await ports::transact(context.ledger, std::move(work));
  may_die_at(Failpoint::result_committed);
  co_return applied;
}

async::Task<Ended> refund(const Context& context, ports::Provider& provider,
                          ports::StoredRecovery stored) {
  Ended ended = began(context, stored, billing::Step::refund);
  ProviderOrderId order = stored.recovery.provider_order.value();
  const Money amount = stored.recovery.amount;
  may_die_at(Failpoint::refund_before);
  const auto reply = co_await provider.refund(std::move(order), amount);
  may_die_at(Failpoint::refund_answered);
  note_service(ended, reply);
  ended.attempt.outcome = billing::to_text(reply.result);
  ended.attempt.detail = reply.message;
  ended.event = billing::RefundAnswered{reply.result, reply.retry_after};
  co_return ended;
}

}  // namespace recycled::engine
