#include "report/online_check.hpp"

#include <algorithm>

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {

namespace {

constexpr Millis clock_warning = std::chrono::seconds(5);
constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t disk_problem = 100 * mebibyte;
constexpr std::uint64_t disk_warning = 1024 * mebibyte;
// RuntimeDirectory= of the unit: there as long as the service runs.
constexpr std::string_view folder_of_the_unit = "unix:/run/recycled/";

Finding finding(Verdict verdict, std::string what, std::string says, std::string to_do = {}) {
  Finding made;
  made.verdict = verdict;
  made.what = std::move(what);
  made.says = std::move(says);
  made.to_do = std::move(to_do);
  return made;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string in_mebibytes(std::uint64_t bytes) { return std::to_string(bytes / mebibyte) + " MiB"; }

// How far FlexFactor's clock is ahead of ours. A date has whole seconds and was read at some moment
// of the call: what can be explained by either is no difference.
Millis clock_ahead(const TokenFacts& facts) {
  const Instant date = *facts.date;
  if (date > facts.answered_at) return date - facts.answered_at;
  const Instant latest = date + std::chrono::seconds(1);
  if (latest < facts.asked_at) return latest - facts.asked_at;
  return Millis(0);
}

bool is_loopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("localhost:") ||
         listen.starts_with("[::1]:");
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::problem:
      return "problem";
    case Verdict::unreachable:
      return "unreachable";
  }
  return {};
}

Finding judge_token(const TokenFacts& facts) {
  Finding made;
  if (facts.why.empty()) {
    const Millis took = facts.answered_at - facts.asked_at;
    made = finding(Verdict::ok, "token", "granted after " + to_text(took));
  } else if (facts.http_status >= 400 && facts.http_status < 500 && facts.http_status != 408 &&
             facts.http_status != 429) {
    made = finding(Verdict::problem, "token", "refused: " + facts.why,
                   "copy AppKey and AppSecret anew from FlexFactor's portal into the account's "
                   "files; a 404 means base_url or environment");
  } else {
    made = finding(Verdict::unreachable, "token", "no usable answer: " + facts.why,
                   "look at base_url, this machine's network and proxy, and FlexFactor's status "
                   "page");
  }
  made.gateway = facts.gateway;
  return made;
}

std::optional<Finding> judge_clock(const TokenFacts& facts, Millis window) {
  const bool answered = facts.why.empty() || facts.http_status != 0;
  if (!answered) return std::nullopt;
  Finding made;
  if (!facts.date) {
    made = finding(Verdict::warning, "clock", "the answer has no Date to compare with",
                   "make sure by other means that this machine's clock is right");
  } else {
    const Millis ahead = clock_ahead(facts);
    const Millis off = std::chrono::abs(ahead);
    const std::string says = off == Millis(0) ? "agrees with FlexFactor's"
                                              : "this machine's is " + to_text(off) +
                                                    (ahead > Millis(0) ? " behind" : " ahead of") +
                                                    " FlexFactor's";
    const char* const set_it = "set it by NTP: timedatectl set-ntp true";
    if (off > window) {
      made = finding(Verdict::problem, "clock",
                     says + ", more than callbacks.window (" + to_text(window) +
                         "): callbacks would be refused",
                     set_it);
    } else if (off > clock_warning) {
      made = finding(Verdict::warning, "clock", says, set_it);
    } else {
      made = finding(Verdict::ok, "clock", says);
    }
  }
  made.gateway = facts.gateway;
  return made;
}

Finding judge_host(const config::CallbackSettings& callbacks, const Resolved& addresses) {
  if (callbacks.public_host.empty()) {
    return finding(Verdict::warning, "callbacks", "public_host is not set: results are polled",
                   "set it to the host of the callback URL in FlexFactor's portal, or leave it so "
                   "if no port is to be open");
  }
  const std::string url = "https://" + callbacks.public_host + "/flexfactor/callbacks";
  if (!addresses) {
    return finding(Verdict::problem, "callbacks",
                   callbacks.public_host + " has no address: " + addresses.error().message,
                   "add it to the DNS, or correct public_host; registered with FlexFactor has to "
                   "be " +
                       url);
  }
  return finding(Verdict::ok, "callbacks",
                 callbacks.public_host + " is " + joined(*addresses) +
                     "; registered with FlexFactor has to be " + url);
}

Finding judge_listen(const config::CallbackSettings& callbacks, const Result<void>& free) {
  const std::string& listen = callbacks.listen;
  if (!free && free.error().fault != Fault::busy) {
    return finding(Verdict::problem, "listen", free.error().message,
                   "name an address of this machine in callbacks.listen, and a port from 1024 on");
  }
  if (listen.ends_with(":0")) {
    return finding(Verdict::warning, "listen", listen + " is another port at each start",
                   "name a port in callbacks.listen, and let the proxy or FlexFactor use that");
  }
  if (callbacks.tls && is_loopback(listen)) {
    return finding(Verdict::warning, "listen",
                   listen + " with TLS: nobody outside this machine reaches it",
                   "listen on an address FlexFactor reaches, or leave TLS to a proxy");
  }
  if (!callbacks.tls && !is_loopback(listen)) {
    return finding(Verdict::warning, "listen", listen + " without TLS is open to the network",
                   "listen on 127.0.0.1 behind a proxy on this machine, or set callbacks.tls");
  }
  const std::string says =
      listen + (callbacks.tls ? " with TLS" : ", behind a proxy that ends TLS");
  if (!free) {
    return finding(
        Verdict::warning, "listen", says + ", is in use",
        "if it is not by a recycled that runs here, name another port, or end what has it");
  }
  return finding(Verdict::ok, "listen", says);
}

Finding judge_api(const std::string& listen, const Result<void>& free) {
  if (!free && free.error().fault == Fault::not_found && listen.starts_with(folder_of_the_unit)) {
    return finding(Verdict::warning, "api", "the folder of " + listen + " is not there yet",
                   "start the service: its unit makes it, as long as it runs");
  }
  if (!free && free.error().fault != Fault::busy) {
    return finding(Verdict::problem, "api", free.error().message,
                   "name a free port from 1024 on, or a file in a folder that the service's user "
                   "may write, in api.listen");
  }
  if (listen.ends_with(":0")) {
    return finding(Verdict::warning, "api", listen + " is another port at each start",
                   "name a port in api.listen");
  }
  if (!free) {
    return finding(Verdict::warning, "api", listen + " is in use",
                   "if it is not by a recycled that runs here, name another, or end what has it");
  }
  return finding(Verdict::ok, "api", listen);
}

Finding judge_disk(const std::filesystem::path& folder, std::uint64_t free, std::uint64_t ledger) {
  const std::string says = in_mebibytes(free) + " free in " + folder.string() +
                           "; the ledger has " + in_mebibytes(ledger);
  const char* const make_room = "make room, or move the ledger to a larger disk (store.url)";
  if (free < disk_problem) return finding(Verdict::problem, "disk", says, make_room);
  if (free < std::max(disk_warning, ledger)) {
    return finding(Verdict::warning, "disk", says, make_room);
  }
  return finding(Verdict::ok, "disk", says);
}

Finding judge_ledger(const std::filesystem::path& file,
                     const Result<std::vector<std::string>>& wrong) {
  if (!wrong && wrong.error().fault == Fault::not_found) {
    return finding(Verdict::warning, "ledger", wrong.error().message,
                   "the first import makes one; if there was one, look for it before anything "
                   "else");
  }
  const char* const stop = "stop the worker, keep a copy of the file, restore the last good backup";
  if (!wrong) return finding(Verdict::problem, "ledger", wrong.error().message, stop);
  if (!wrong->empty()) {
    return finding(Verdict::problem, "ledger", file.string() + " is damaged: " + joined(*wrong),
                   stop);
  }
  return finding(Verdict::ok, "ledger", file.string() + " is whole");
}

Finding judge_database(const std::string& url, const Result<void>& read) {
  if (read)
    return finding(Verdict::ok, "ledger", url + " answers, and its schema is this program's");
  const bool is_gone = read.error().fault == Fault::unavailable;
  return finding(is_gone ? Verdict::unreachable : Verdict::problem, "ledger", read.error().message,
                 is_gone ? "look whether the server runs and lets this machine in (pg_hba.conf)"
                         : "`recycled run` or `once` makes the schema, or brings it up to date");
}

Verdict worst(const std::vector<Finding>& findings) {
  Verdict worst = Verdict::ok;
  for (const Finding& one : findings) worst = std::max(worst, one.verdict);
  return worst;
}

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) {
    std::string verdict(to_text(one.verdict));
    verdict.resize(std::max<std::size_t>(verdict.size(), 12), ' ');
    text += verdict + one.what + (one.gateway.empty() ? "" : " of " + printable(one.gateway)) +
            ": " + printable(one.says);
    text += one.to_do.empty() ? ".\n" : ". To do: " + printable(one.to_do) + ".\n";
  }
  return text;
}

std::string to_json(const std::vector<Finding>& findings, const std::filesystem::path& file) {
  Json list = Json::array();
  for (const Finding& one : findings) {
    list.push_back({{"verdict", to_text(one.verdict)},
                    {"what", one.what},
                    {"gateway", text_or_null(one.gateway)},
                    {"says", one.says},
                    {"to_do", text_or_null(one.to_do)}});
  }
  return written({{"valid", true}, {"file", file.string()}, {"findings", list}});
}

}  // namespace recycled::report
