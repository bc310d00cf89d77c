// The command line of `recycled events`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli_callbacks.hpp"
#include "commands/events.hpp"

namespace recycled {

// What was typed after `events`; filled in while the command line is parsed.
struct EventsTyped {
  std::string state;
  int limit = 50;
  std::int64_t key = 0;
  std::vector<std::int64_t> keys;
  AlsoDead dead = AlsoDead::no;
};

// Adds the command. `run` becomes what is to be done. All outlive `app`.
void add_events(CLI::App& app, EventsTyped& typed, const CommonOptions& common,
                std::function<int()>& run);

}  // namespace recycled
