// recycled callbacks: the inbox. `list` and `show` only read; `replay` works beside a running
// service, in transactions of its own; `verify` needs no ledger at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "commands/check.hpp"
#include "ports/ledger.hpp"

namespace recycled {

struct CallbackListOptions {
  std::filesystem::path config;
  std::optional<ports::CallbackResult> result;  // nothing: all
  int limit = 50;
  Output output = Output::text;
};

struct CallbackShowOptions {
  std::filesystem::path config;
  CallbackKey key;
  Output output = Output::text;
};

struct CallbackReplayOptions {
  std::filesystem::path config;
  std::vector<CallbackKey> keys;
  std::optional<ports::CallbackResult> all_of;  // beside the keys: every one with this result
  Output output = Output::text;
};

struct CallbackVerifyOptions {
  std::filesystem::path config;  // of the keys and the window, where no key file is named
  std::string host;
  std::filesystem::path headers;
  std::filesystem::path body;
  std::filesystem::path key_file;  // may be empty
  std::optional<Instant> at;       // nothing: now
  Output output = Output::text;
};

// Each gives the exit code (exit_code.hpp).
int run_callbacks_list(const CallbackListOptions& options);
int run_callbacks_show(const CallbackShowOptions& options);
// needs_person when one of them is still not applied.
int run_callbacks_replay(const CallbackReplayOptions& options);
// done: the signature holds; failed: it does not, and which part differs; usage: a file that the
// command line names cannot be read.
int run_callbacks_verify(const CallbackVerifyOptions& options);

}  // namespace recycled
