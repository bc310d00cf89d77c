#include "engine/process_callback.hpp"

#include <algorithm>
#include <utility>

#include "billing/backoff.hpp"
#include "ports/events.hpp"

namespace recycled::engine {
namespace {

constexpr int last_try = 20;  // with the waits below, about two days

Instant next_look(int tries, Instant now) {
  return now + billing::doubled(std::chrono::minutes(1), tries, std::chrono::hours(4));
}

std::optional<ports::StoredRecovery> recovery_of(ports::LedgerTx& tx,
                                                 const ports::CallbackContent& content) {
  auto found = tx.recovery(content.order);
  if (!found && !content.provider_order.empty()) {
    found = tx.recovery_by_provider(content.provider_order);
  }
  return found;
}

bool may_speak_for(const ports::StoredCallback& callback, const GatewayId& gateway) {
  const auto& signers = callback.signers;
  return signers.empty() || std::find(signers.begin(), signers.end(), gateway) != signers.end();
}

void audit_replay(ports::LedgerTx& tx, const Replayed& replayed, Instant now) {
  const Applied& applied = *replayed.applied;
  ports::AuditRow row;
  row.at = now;
  row.recovery = applied.before.key;
  row.subject = applied.before.subject;
  row.event = ports::row_of(ports::EventName::callback_replayed).text;
  row.before = to_text(applied.before.recovery.state);
  row.after = to_text(applied.after.state);
  row.reason =
      "callback " + std::to_string(replayed.callback.key.value()) + ", " + replayed.callback.event;
  tx.add_audit(row);
}

}  // namespace

void look_again(ports::StoredCallback& callback, ports::CallbackResult result, Instant now) {
  callback.result = result;
  callback.next_at = std::nullopt;
  if (callback.tries < last_try) callback.next_at = next_look(callback.tries, now);
  callback.tries += 1;
}

std::optional<Applied> process_callback(ports::LedgerTx& tx, ports::StoredCallback& callback,
                                        const Result<ports::CallbackContent>& content,
                                        const Desk& desk, const Moment& moment) {
  callback.next_at = std::nullopt;
  if (!content) {  // signed, but not what the contract describes: a person must look
    callback.result = ports::CallbackResult::unreadable;
    callback.error = content.error().message;
    return std::nullopt;
  }
  if (!content->news) {
    callback.result = ports::CallbackResult::ignored;
    callback.error.clear();
    return std::nullopt;
  }
  auto recovery = recovery_of(tx, *content);
  if (!recovery) {
    look_again(callback, ports::CallbackResult::unmatched, moment.now);
    callback.error = "no recovery has this order";
    return std::nullopt;
  }
  const GatewayId& gateway = recovery->recovery.provider_gateway;
  if (!may_speak_for(callback, gateway)) {  // a person must look: no account tells of another's
    callback.result = ports::CallbackResult::failed;
    callback.error = "signed by another account's key: the order is at gateway " + gateway.str();
    return std::nullopt;
  }
  billing::Learned learned;
  learned.news = *content->news;
  learned.source = billing::Source::callback;
  if (!content->provider_order.empty()) learned.provider_order = content->provider_order;
  learned.happened_at = content->happened_at;
  Moment dated = moment;
  dated.happened_at = content->happened_at;
  callback.result = ports::CallbackResult::applied;
  callback.error.clear();
  return apply(tx, std::move(*recovery), learned, desk, dated);
}

std::optional<Replayed> replay_callback(ports::LedgerTx& tx, CallbackKey key,
                                        const ports::CallbackReader& reader, const Desk& desk,
                                        const Moment& moment) {
  auto stored = tx.callback(key);
  if (!stored) return std::nullopt;
  Replayed replayed;
  replayed.callback = std::move(*stored);
  if (replayed.callback.pruned_at) return replayed;
  const auto content = reader.read(replayed.callback.body);
  if (content) replayed.callback.event = content->event;
  replayed.applied = process_callback(tx, replayed.callback, content, desk, moment);
  tx.mark_callback(replayed.callback);
  if (replayed.applied) audit_replay(tx, replayed, moment.now);
  return replayed;
}

}  // namespace recycled::engine
