// recycled events: what the merchant's systems are told. `list` and `show` only read; `replay`
// works beside a running service, in a transaction of its own.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "commands/check.hpp"
#include "ports/ledger.hpp"

namespace recycled {

struct EventListOptions {
  std::filesystem::path config;
  std::optional<ports::DeliveryState> state;  // nothing: all
  int limit = 50;
  Output output = Output::text;
};

struct EventShowOptions {
  std::filesystem::path config;
  OutboxKey key;
  Output output = Output::text;
};

enum class AlsoDead { no, yes };

struct EventReplayOptions {
  std::filesystem::path config;
  std::vector<OutboxKey> keys;
  AlsoDead dead = AlsoDead::no;  // beside the keys, every event that was given up
  Output output = Output::text;
};

// Each gives the exit code (exit_code.hpp).
int run_events_list(const EventListOptions& options);
int run_events_show(const EventShowOptions& options);
// The next run delivers them. failed: the ledger has no event of a key, or none was ever sent.
int run_events_replay(const EventReplayOptions& options);

}  // namespace recycled
