#include "engine/inbox.hpp"

#include <exception>
#include <utility>

#include "base/failpoint.hpp"
#include "engine/process_callback.hpp"

namespace recycled::engine {
namespace {

// "order.completed, key new_key: no recovery has this order", of which any part may be missing.
std::string reason_of(const ports::StoredCallback& callback, const std::string& key) {
  std::string text = callback.event;
  if (!key.empty()) text += (text.empty() ? "key " : ", key ") + key;
  if (!callback.error.empty()) text += (text.empty() ? "" : ": ") + callback.error;
  return text;
}

}  // namespace

Inbox::Inbox(const Context& context, const ports::CallbackReader& reader, Tally& tally,
             std::function<void(Instant)> on_next)
    : context_(context), reader_(reader), tally_(tally), on_next_(std::move(on_next)) {}

ports::StoredCallback Inbox::stored_form(const SignedCallback& callback,
                                         const Result<ports::CallbackContent>& content,
                                         Instant now) const {
  ports::StoredCallback stored;
  stored.received_at = now;
  stored.nonce = callback.nonce;
  stored.headers = callback.headers;
  stored.body = callback.body;
  stored.signers = callback.signers;
  if (content) {
    stored.event = content->event;
    stored.order = content->order;
    stored.provider_order = content->provider_order;
  }
  return stored;
}

async::Task<Result<Receipt>> Inbox::take(SignedCallback callback) {
  auto content = reader_.read(callback.body);
  auto stored = stored_form(callback, content, context_.clock.now());
  const Moment moment = context_.moment();
  std::function<Taken(ports::LedgerTx&)> whole = [&](ports::LedgerTx& tx) {
    return store(tx, stored, [&](ports::StoredCallback& one) {
      return process_callback(tx, one, content, context_.desk, moment);
    });
  };
  std::string error;
  try {
    auto taken = co_await ports::transact(context_.ledger, std::move(whole));
    if (!taken) co_return Failure(taken.error());
    tell_of(*taken, callback.key);
    co_return taken->receipt;
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  // Mark and effect were undone together; what came is kept all the same (lessons.md 14).
  std::function<Taken(ports::LedgerTx&)> raw_only = [&](ports::LedgerTx& tx) {
    return store(tx, stored, [&](ports::StoredCallback& one) {
      one.error = error;
      look_again(one, ports::CallbackResult::failed, moment.now);
      return std::optional<Applied>();
    });
  };
  auto kept = co_await ports::transact(context_.ledger, std::move(raw_only));
  if (!kept) co_return Failure(kept.error());
  tell_of(*kept, callback.key);
  co_return kept->receipt;
}

Inbox::Taken Inbox::store(ports::LedgerTx& tx, const ports::StoredCallback& callback,
                          const Processing& processing) {
  Taken taken;
  taken.callback = callback;
  if (!tx.remember_nonce(callback.nonce, callback.received_at)) {
    taken.receipt = Receipt::repeated_nonce;
    return taken;
  }
  taken.applied = processing(taken.callback);
  taken.callback.key = tx.add_callback(taken.callback);
  may_die_at(Failpoint::callback_written);
  return taken;
}

async::Task<Result<void>> Inbox::retry_due(ports::Ledger& ledger) {
  const Instant now = context_.clock.now();
  while (true) {  // each one looked at is done or due later, so the pages come to an end
    std::function<std::vector<ports::StoredCallback>(ports::LedgerTx&)> read =
        [now](ports::LedgerTx& tx) { return due(tx, now); };
    auto page = co_await ports::transact(ledger, std::move(read));
    if (!page) co_return Failure(page.error());
    if (page->empty()) co_return Result<void>{};
    auto done = co_await retry(ledger, std::move(*page));
    if (!done) co_return done;
  }
}

std::vector<ports::StoredCallback> Inbox::due(ports::LedgerTx& tx, Instant now) {
  constexpr int page = 200;
  return tx.callbacks_due(now, page);
}

async::Task<Result<void>> Inbox::retry(ports::Ledger& ledger,
                                       std::vector<ports::StoredCallback> due) {
  for (ports::StoredCallback& callback : due) {
    auto done = co_await retry_one(ledger, std::move(callback));
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

async::Task<Result<void>> Inbox::retry_one(ports::Ledger& ledger, ports::StoredCallback callback) {
  auto content = reader_.read(callback.body);
  const Moment moment = context_.moment();
  std::function<std::optional<Taken>(ports::LedgerTx&)> work =
      [&](ports::LedgerTx& tx) -> std::optional<Taken> {
    const auto stored = tx.callback(callback.key);
    if (!stored || stored->next_at != callback.next_at) return std::nullopt;  // replayed meanwhile
    Taken taken;
    taken.callback = callback;
    taken.applied = process_callback(tx, taken.callback, content, context_.desk, moment);
    tx.mark_callback(taken.callback);
    return taken;
  };
  std::string error;
  try {
    auto taken = co_await ports::transact(ledger, std::move(work));
    if (!taken) co_return Failure(taken.error());
    // A look in vain is told of only when it was the last: from then on it waits for a person.
    if (*taken && !(*taken)->callback.next_at) tell_of(**taken);
    co_return Result<void>{};
  } catch (const std::exception& exception) {
    error = exception.what();
  }
  callback.error = error;
  look_again(callback, ports::CallbackResult::failed, moment.now);
  ports::LedgerWork mark = [&callback](ports::LedgerTx& tx) { tx.mark_callback(callback); };
  auto marked = co_await ledger.write(std::move(mark));
  if (marked && !callback.next_at) {
    Taken given_up;
    given_up.callback = callback;
    tell_of(given_up);
  }
  co_return marked;
}

void Inbox::tell_of(const Taken& taken, const std::string& key) {
  if (taken.receipt == Receipt::repeated_nonce) return;
  const ports::StoredCallback& callback = taken.callback;
  tally_.callbacks += 1;
  ports::EventName name = ports::EventName::callback_received;
  const bool is_unmatched = callback.result == ports::CallbackResult::unmatched;
  const bool is_stuck = is_unmatched || callback.result == ports::CallbackResult::failed ||
                        callback.result == ports::CallbackResult::unreadable;
  if (is_stuck) {
    name = is_unmatched ? ports::EventName::callback_unmatched : ports::EventName::callback_failed;
    if (!callback.next_at) name = ports::EventName::callback_given_up;
  }
  ports::Event event(name);
  event.order = callback.order.str();
  event.provider_order = callback.provider_order.str();
  event.reason = reason_of(callback, key);
  if (taken.applied) {
    event.recovery = std::to_string(taken.applied->before.key.value());
    event.subscription = taken.applied->before.subscription.str();
  }
  context_.events.note(event);
  if (callback.next_at) on_next_(*callback.next_at);
  if (!taken.applied) return;
  tell(context_.events, *taken.applied);
  tally_.note(*taken.applied);
  if (!taken.applied->events.empty()) on_next_(context_.clock.now());  // the relay's
  if (taken.applied->after.next_at) on_next_(*taken.applied->after.next_at);
}

}  // namespace recycled::engine
