// What `check --online` found, judged: ok, a warning, or a problem with what to do. Pure over facts
// that the command has gathered.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"

namespace recycled::report {

enum class Verdict { ok, warning, problem, unreachable };
std::string_view to_text(Verdict verdict);  // the enumerator's name, an interface

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string what;     // "token", "clock", "callbacks", "listen", "api", "disk", "ledger"
  std::string gateway;  // of token and clock
  std::string says;
  std::string to_do;  // empty: nothing

  bool operator==(const Finding&) const = default;
};

// One request for a token and its answer.
struct TokenFacts {
  std::string gateway;
  int http_status = 0;  // of a refusal; 0 with a `why`: no answer
  std::string why;      // empty: granted
  Instant asked_at{};
  Instant answered_at{};
  std::optional<Instant> date;  // FlexFactor's clock
};
Finding judge_token(const TokenFacts& facts);
// Nothing: there was no answer to read a clock from.
std::optional<Finding> judge_clock(const TokenFacts& facts, Millis window);

// The configured host's addresses, or why there are none.
using Resolved = Result<std::vector<std::string>>;
Finding judge_host(const config::CallbackSettings& callbacks, const Resolved& addresses);
// Of a config that receives callbacks. `free`: whether one can listen there now; Fault::busy:
// somebody does already.
Finding judge_listen(const config::CallbackSettings& callbacks, const Result<void>& free);

// The same of a config with a local API; Fault::not_found: its socket file's folder is not there,
// which is a problem but of the folder that the service's unit makes.
Finding judge_api(const std::string& listen, const Result<void>& free);

Finding judge_disk(const std::filesystem::path& folder, std::uint64_t free, std::uint64_t ledger);
// What is wrong with the file, a line each.
Finding judge_ledger(const std::filesystem::path& file,
                     const Result<std::vector<std::string>>& wrong);

// Whether the database answers, and has our ledger.
Finding judge_database(const std::string& url, const Result<void>& read);

// The worst there is: unreachable before problem before warning.
Verdict worst(const std::vector<Finding>& findings);

std::string to_text(const std::vector<Finding>& findings);
// {"valid":true,"file","findings":[{"verdict","what","gateway","says","to_do"}]}
std::string to_json(const std::vector<Finding>& findings, const std::filesystem::path& file);

}  // namespace recycled::report
