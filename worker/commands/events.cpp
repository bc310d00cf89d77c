#include "commands/events.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "commands/load_settings.hpp"
#include "engine/relay.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/events.hpp"
#include "webhooks/body.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using Events = std::vector<ports::StoredEvent>;

int refuse(const char* command, const Error& error) {
  std::cerr << "recycled events " << command << ": " << error.message << '\n';
  return to_int(exit_code_of(error));
}

// Oldest first: so they are told in their order.
std::vector<OutboxKey> dead_ones(ports::LedgerReader& ledger) {
  constexpr int page = 500;
  std::vector<OutboxKey> keys;
  OutboxKey before(INT64_MAX);
  for (bool more = true; more;) {
    const Events some = ledger.events_before(before, ports::DeliveryState::dead, page);
    more = some.size() == page;
    for (const ports::StoredEvent& stored : some) keys.push_back(stored.event.key);
    if (more) before = keys.back();
  }
  std::ranges::reverse(keys);
  return keys;
}

// The event as it stands afterwards. Fault::not_found: there is none to be delivered again.
Result<ports::StoredEvent> replay(OpenedLedger& ledger, OutboxKey key) {
  std::optional<ports::StoredEvent> after;
  bool replayed = false;
  const auto done = ledger.write([&](ports::LedgerTx& tx) {
    after = tx.event(key);
    replayed = after && engine::replay_event(tx, *after, ledger.now());
    if (replayed) after = tx.event(key);
  });
  if (!done) return Failure(done.error());
  const std::string name = "event " + std::to_string(key.value());
  if (!after) return fail(Fault::not_found, "the ledger has no " + name);
  if (!replayed)
    return fail(Fault::not_found, name + " was never sent to anybody; the next run does");
  return std::move(*after);
}

void print(const Events& events, Output output) {
  if (output == Output::json) {
    std::cout << report::to_json(events);
  } else {
    std::cout << report::to_text(events) << events.size() << " will be delivered again\n";
  }
}

}  // namespace

int run_events_list(const EventListOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  Events events;
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    events = report::gather_events(ledger, options.state, options.limit);
  });
  if (!read) return refuse("list", read.error());
  std::cout << (options.output == Output::json ? report::to_json(events) : report::to_text(events));
  return to_int(ExitCode::done);
}

int run_events_show(const EventShowOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::optional<Result<ports::StoredEvent>> stored;
  InstallationId installation;
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    stored = report::gather_event(ledger, options.key);
    installation = installation_in(ledger);
  });
  if (!read) return refuse("show", read.error());
  if (!*stored) return refuse("show", stored->error());
  const ports::OutboundEvent& event = (*stored)->event;
  const std::string body = webhooks::body_of(engine::event_id(installation, event), event);
  std::cout << (options.output == Output::json ? report::to_json(**stored, body)
                                               : report::to_text(**stored, body));
  return to_int(ExitCode::done);
}

int run_events_replay(const EventReplayOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::vector<OutboxKey> keys = options.keys;
  // Read first: a ledger that is not there is not to be made.
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    if (options.dead == AlsoDead::yes) keys = dead_ones(ledger);
  });
  if (!read) return refuse("replay", read.error());
  const auto ledger = open_ledger(*settings);
  if (!ledger) return refuse("replay", ledger.error());
  Events after;
  ExitCode code = ExitCode::done;
  for (const OutboxKey key : keys) {
    auto one = replay(**ledger, key);
    if (one) {
      after.push_back(std::move(*one));
      continue;
    }
    code = ExitCode::failed;
    std::cerr << "recycled events replay: " << one.error().message << '\n';
    if (one.error().fault != Fault::not_found) break;
  }
  print(after, options.output);
  return to_int(code);
}

}  // namespace recycled
