// The command line of `recycled callbacks`.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "commands/check.hpp"

namespace CLI {
class App;
}

namespace recycled {

// What was typed after `callbacks`; filled in while the command line is parsed.
struct CallbacksTyped {
  std::string result;
  int limit = 50;
  std::int64_t key = 0;
  std::vector<std::int64_t> keys;
  std::string host;
  std::filesystem::path headers;
  std::filesystem::path body;
  std::filesystem::path key_file;
  std::string at;
};

// What the commands of the whole program share: how each gets --config and --json, and what they
// were given.
struct CommonOptions {
  std::function<void(CLI::App*)> take_config;
  std::function<void(CLI::App*)> take_json;
  std::function<std::filesystem::path()> config;
  std::function<Output()> output;
};

// Adds the command. `run` becomes what is to be done. All outlive `app`.
void add_callbacks(CLI::App& app, CallbacksTyped& typed, const CommonOptions& common,
                   std::function<int()>& run);

}  // namespace recycled
