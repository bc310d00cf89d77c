#include <algorithm>
#include <exception>
#include <iostream>
#include <utility>

#include "base/card_number.hpp"
#include "commands/callback_inbox.hpp"
#include "commands/load_settings.hpp"
#include "engine/process_callback.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "reception/callbacks.hpp"
#include "report/callbacks.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using Callbacks = std::vector<ports::StoredCallback>;

// All with that result, oldest first: news is best heard in its order.
std::vector<CallbackKey> keys_of(ports::LedgerReader& ledger, ports::CallbackResult result) {
  constexpr int page = 500;
  std::vector<CallbackKey> keys;
  CallbackKey before(INT64_MAX);
  for (bool more = true; more;) {
    const Callbacks some = ledger.callbacks_before(before, result, page);
    more = some.size() == page;
    for (const ports::StoredCallback& callback : some) keys.push_back(callback.key);
    if (more) before = keys.back();
  }
  std::ranges::reverse(keys);
  return keys;
}

// One transaction for each, as if it had just come: one that fails undoes itself alone.
class Replay {
 public:
  explicit Replay(OpenedLedger& ledger) : ledger_(ledger) {}

  // The callback as it stands afterwards; nothing if there is none of that key.
  Result<std::optional<ports::StoredCallback>> one(CallbackKey key) {
    std::optional<ports::StoredCallback> after;
    try {
      const auto done = ledger_.write([&](ports::LedgerTx& tx) {
        auto replayed = engine::replay_callback(tx, key, reader_, ledger_.desk(), moment());
        after.reset();
        if (replayed) after = std::move(replayed->callback);
      });
      if (!done) return Failure(done.error());
      return after;
    } catch (const std::exception& exception) {
      return keep_failure(key, exception.what());
    }
  }

 private:
  engine::Moment moment() const { return engine::Moment{ledger_.now(), 0.5, std::nullopt}; }

  Result<std::optional<ports::StoredCallback>> keep_failure(CallbackKey key, std::string why) {
    std::optional<ports::StoredCallback> after;
    const auto done = ledger_.write([&](ports::LedgerTx& tx) {
      after = tx.callback(key);
      if (!after) return;
      after->error = why;
      engine::look_again(*after, ports::CallbackResult::failed, ledger_.now());
      tx.mark_callback(*after);
    });
    if (!done) return Failure(done.error());
    return after;
  }

  OpenedLedger& ledger_;
  FlexFactorCallbacks reader_;
};

int refuse(const Error& error) {
  std::cerr << "recycled callbacks replay: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

bool is_done(const ports::StoredCallback& callback) {
  return callback.result == ports::CallbackResult::applied ||
         callback.result == ports::CallbackResult::ignored;
}

void print(Callbacks callbacks, Output output) {
  for (ports::StoredCallback& callback : callbacks) {
    callback.event = hide_card_numbers(callback.event);
    callback.error = hide_card_numbers(callback.error);
  }
  if (output == Output::json) {
    std::cout << report::to_json(callbacks);
    return;
  }
  std::cout << report::to_text(callbacks) << std::ranges::count_if(callbacks, is_done) << " of "
            << callbacks.size() << " done\n";
}

int replay_all(const std::vector<CallbackKey>& keys, OpenedLedger& ledger, Output output) {
  Replay replay(ledger);
  Callbacks after;
  ExitCode code = ExitCode::done;
  for (const CallbackKey key : keys) {
    auto one = replay.one(key);
    if (!one) {
      print(std::move(after), output);
      return refuse(one.error());
    }
    if (!*one) {
      std::cerr << "recycled callbacks replay: the ledger has no callback " << key.value() << '\n';
      code = ExitCode::failed;
      continue;
    }
    if (const auto pruned_at = (*one)->pruned_at) {
      std::cerr << "recycled callbacks replay: callback " << key.value() << " was pruned on "
                << to_iso8601(*pruned_at) << ", and there is nothing left to process\n";
      code = ExitCode::failed;
      continue;
    }
    if (!is_done(**one) && code == ExitCode::done) code = ExitCode::needs_person;
    after.push_back(std::move(**one));
  }
  print(std::move(after), output);
  return to_int(code);
}

}  // namespace

int run_callbacks_replay(const CallbackReplayOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::vector<CallbackKey> keys = options.keys;
  // Read first: a ledger that is not there is not to be made.
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    if (options.all_of) keys = keys_of(ledger, *options.all_of);
  });
  if (!read) return refuse(read.error());
  const auto ledger = open_ledger(*settings);
  if (!ledger) return refuse(ledger.error());
  return replay_all(keys, **ledger, options.output);
}

}  // namespace recycled
