// bench_same_rows: what a run of recycled has written, written once more into the ledger as it was
// before, by SQLite's C interface, opened as the program opens it, and nothing else: no JSON, no
// HTTP, no hash, no rule, and no row read. How fast that is bounds what the program can do with
// these rows.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <set>
#include <span>

#include <CLI/CLI.hpp>

#include "same_rows/rows.hpp"
#include "store/database.hpp"

namespace recycled::bench {
namespace {

// What a hand-over's row says of how it stands; the claim's own form of it beside.
const std::vector<std::pair<std::string, std::string>> at_claim{
    {"state", "'intended'"},   {"reason", "'none'"},       {"step", "'send'"},
    {"next_at", "claimed_at"}, {"sending", "1"},           {"tries", "0"},
    {"inquiries", "0"},        {"has_left", "0"},          {"unsent_until", "claimed_at"},
    {"left_by", "NULL"},       {"provider_order", "NULL"}, {"settled_at", "NULL"},
    {"ended", "NULL"}};
// What an index goes by is set only where it changes.
const std::vector<std::string> answer{"reason",     "step",     "sending",       "tries",
                                      "inquiries",  "has_left", "unsent_until",  "left_by",
                                      "refund_due", "late",     "refunded",      "charged_back",
                                      "state",      "next_at",  "provider_order"};
const std::vector<std::string> end{"reason",     "step",     "sending",      "tries",
                                   "inquiries",  "has_left", "unsent_until", "left_by",
                                   "refund_due", "late",     "refunded",     "charged_back",
                                   "state",      "next_at",  "ended",        "settled_at"};
const std::vector<std::string> settlement{
    "status", "cycle",        "gateway",          "card_token",
    "price",  "next_bill_on", "anchor_day",       "fail_reason",
    "due_at", "not_taken",    "not_taken_detail", "changed_at"};
const std::vector<std::string> settlement_and_decline{
    "status",           "cycle",           "gateway",       "card_token",      "price",
    "next_bill_on",     "anchor_day",      "fail_reason",   "due_at",          "not_taken",
    "not_taken_detail", "changed_at",      "declined_at",   "reattempts_made", "last_attempt_at",
    "decline_code",     "decline_message", "decline_class", "avs_result",      "cvv_result"};

constexpr const char* audit_of_claim =
    "key IN (SELECT key FROM fresh_audit WHERE recovery_key = ?1)"
    " AND event = 'recovery.claimed' ORDER BY key";
constexpr const char* audit_of_news =
    "key IN (SELECT key FROM fresh_audit WHERE recovery_key = ?1)"
    " AND event <> 'recovery.claimed' ORDER BY key";

class Ledgers {
 public:
  Ledgers(const std::string& after, const std::string& target)
      : after_(after, store::Access::read_only), target_(target, store::Access::read_write) {
    Statement(source(), "PRAGMA temp_store = MEMORY").run();
    Statement fresh(source(),
                    "CREATE TEMP TABLE fresh_audit AS SELECT recovery_key, key FROM audit"
                    " WHERE key > " +
                        std::to_string(last("audit")));
    fresh.run();
    Statement(source(), "CREATE INDEX temp.fresh_audit_of ON fresh_audit (recovery_key, key)")
        .run();
  }

  sqlite3* source() { return after_.raw().getHandle(); }
  sqlite3* target() { return target_.raw().getHandle(); }
  std::int64_t last(const std::string& table) {
    return number(target(), "SELECT coalesce(max(key), 0) FROM " + table);
  }
  // Keys of the rows that the target lacks.
  std::vector<Row> fresh(const std::string& table, const std::string& columns) {
    Statement query(source(), "SELECT " + columns + " FROM " + table + " WHERE key > " +
                                  std::to_string(last(table)) + " ORDER BY key");
    return query.all();
  }

 private:
  store::Database after_;
  store::Database target_;
};

// What is written for one item; loaded before the clock runs.
using Writing = std::function<void()>;

// The end of the trail: at the end of each transaction, of the newest row that it holds.
class Head {
 public:
  explicit Head(sqlite3* target)
      : put_(target,
             "INSERT INTO audit_head (only, rows, hash) SELECT 1, key, hash FROM audit"
             " WHERE key = (SELECT max(key) FROM audit)"
             " ON CONFLICT (only) DO UPDATE SET rows = excluded.rows, hash = excluded.hash") {}
  void put() { put_.run(); }

 private:
  Statement put_;
};

// How they come: so many in each transaction, one after the other; or at a rate, each transaction
// with what has come by then, as a service has it.
struct Pace {
  std::size_t group = 0;
  double rate = 0;  // items/s; 0: by groups
};

struct Clocked {
  std::size_t items = 0;
  std::size_t commits = 0;
  double seconds = 0;
  double cpu_seconds = 0;
  std::vector<double> waited{};  // seconds, of each that came at a rate: until it was durable
};

// The transactions, and what they take.
class Clock {
 public:
  explicit Clock(sqlite3* target)
      : begin_(target, "BEGIN IMMEDIATE"), commit_(target, "COMMIT"), head_(target) {}

  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  void write(std::span<const Writing> writings) {
    const double began = now();
    const std::clock_t cpu = std::clock();
    begin_.run();
    for (const Writing& writing : writings) writing();
    head_.put();
    commit_.run();
    clocked.cpu_seconds += static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    clocked.seconds += now() - began;
    clocked.items += writings.size();
    clocked.commits += 1;
  }

  Clocked clocked;

 private:
  Statement begin_;
  Statement commit_;
  Head head_;
};

using Load = std::function<Writing(std::size_t)>;  // makes the item's writing

Clocked write_groups(Ledgers& ledgers, std::size_t items, std::size_t group, const Load& load) {
  Clock clock(ledgers.target());
  for (std::size_t at = 0; at < items; at += group) {
    std::vector<Writing> writings;
    for (std::size_t i = at; i < std::min(items, at + group); ++i) writings.push_back(load(i));
    clock.write(writings);
  }
  return std::move(clock.clocked);
}

// As fast as it can be: the log is not copied back meanwhile, by nobody.
Clocked write_as_they_come(Ledgers& ledgers, std::size_t items, double rate, const Load& load) {
  sqlite3_wal_autocheckpoint(ledgers.target(), 0);
  std::vector<Writing> writings;
  for (std::size_t i = 0; i < items; ++i) writings.push_back(load(i));
  Clock clock(ledgers.target());
  const double began = Clock::now();
  for (std::size_t at = 0; at < items;) {
    const auto come = static_cast<std::size_t>((Clock::now() - began) * rate);
    const std::size_t due = std::min(items, come);
    if (due == at) continue;
    clock.write(std::span(writings).subspan(at, due - at));
    const double passed = Clock::now() - began;
    for (; at < due; ++at) {
      clock.clocked.waited.push_back(passed - static_cast<double>(at + 1) / rate);
    }
  }
  return std::move(clock.clocked);
}

Clocked write_all(Ledgers& ledgers, std::size_t items, const Pace& pace, const Load& load) {
  return pace.rate > 0 ? write_as_they_come(ledgers, items, pace.rate, load)
                       : write_groups(ledgers, items, pace.group, load);
}

Clocked claims(Ledgers& ledgers, const Pace& pace) {
  const auto keys = ledgers.fresh("recovery", "key, subscription_key");
  Inserted recovery(ledgers.source(), ledgers.target(), "recovery", "key = ?1", at_claim);
  Inserted request(ledgers.source(), ledgers.target(), "request", "recovery_key = ?1");
  Inserted audit(ledgers.source(), ledgers.target(), "audit", audit_of_claim);
  Statement taken(ledgers.target(),
                  "DELETE FROM due WHERE subscription_key = ?1 AND at = (SELECT due_at FROM"
                  " subscription WHERE key = ?1)");
  return write_all(ledgers, keys.size(), pace, [&](std::size_t i) -> Writing {
    const auto key = sqlite3_value_int64(keys[i].front().get());
    auto rows = std::make_shared<std::vector<std::vector<Row>>>();
    rows->push_back(recovery.load(key));
    rows->push_back(request.load(key));
    rows->push_back(audit.load(key));
    const auto subscription = sqlite3_value_int64(keys[i][1].get());
    return [&recovery, &request, &audit, &taken, rows, subscription] {
      recovery.write((*rows)[0]);
      taken.bind(1, subscription);
      taken.run();
      request.write((*rows)[1]);
      audit.write((*rows)[2]);
    };
  });
}

Clocked answers(Ledgers& ledgers, const Pace& pace) {
  const auto attempts = ledgers.fresh("attempt", "key, recovery_key");
  Inserted attempt(ledgers.source(), ledgers.target(), "attempt", "key = ?1");
  Updated recovery(ledgers.source(), ledgers.target(), "recovery", answer,
                   " AND state = 'intended'");
  Inserted audit(ledgers.source(), ledgers.target(), "audit", audit_of_news);
  return write_all(ledgers, attempts.size(), pace, [&](std::size_t i) -> Writing {
    const auto key = sqlite3_value_int64(attempts[i][1].get());
    auto called =
        std::make_shared<std::vector<Row>>(attempt.load(sqlite3_value_int64(attempts[i][0].get())));
    auto stands = std::make_shared<Row>(recovery.load(key));
    auto told = std::make_shared<std::vector<Row>>(audit.load(key));
    return [&attempt, &recovery, &audit, called, stands, told, key] {
      attempt.write(*called);
      recovery.write(*stands, key);
      audit.write(*told);
    };
  });
}

// What the first callback of an order changes.
struct Settled {
  std::int64_t recovery_key = 0;
  std::int64_t subscription_key = 0;
  Row recovery;
  Row subscription;
  bool is_cleared = false;  // the decline is forgotten
  std::vector<Row> outbox;
  std::vector<Row> audit;
};

class Settling {
 public:
  explicit Settling(Ledgers& ledgers)
      : find_(ledgers.source(),
              "SELECT r.key, r.subscription_key, s.declined_at IS NULL FROM callback AS c"
              " JOIN recovery AS r ON r.order_id = c.order_id"
              " JOIN subscription AS s ON s.key = r.subscription_key WHERE c.key = ?1"),
        recovery_(ledgers.source(), ledgers.target(), "recovery", end, " AND state = 'waiting'"),
        subscription_(ledgers.source(), ledgers.target(), "subscription", settlement),
        cleared_(ledgers.source(), ledgers.target(), "subscription", settlement_and_decline),
        outbox_(ledgers.source(), ledgers.target(), "outbox", "recovery_key = ?1 ORDER BY key"),
        audit_(ledgers.source(), ledgers.target(), "audit", audit_of_news) {}

  std::shared_ptr<Settled> load(std::int64_t callback) {
    find_.bind(1, callback);
    const auto found = find_.all();
    if (found.size() != 1) throw std::runtime_error("a callback of no order");
    auto made = std::make_shared<Settled>();
    made->recovery_key = sqlite3_value_int64(found.front()[0].get());
    if (!seen_.insert(made->recovery_key).second) return nullptr;
    made->subscription_key = sqlite3_value_int64(found.front()[1].get());
    made->recovery = recovery_.load(made->recovery_key);
    made->is_cleared = sqlite3_value_int(found.front()[2].get()) != 0;
    made->subscription = subscription_of(*made).load(made->subscription_key);
    made->outbox = outbox_.load(made->recovery_key);
    made->audit = audit_.load(made->recovery_key);
    return made;
  }
  void write(const Settled& settled) {
    recovery_.write(settled.recovery, settled.recovery_key);
    subscription_of(settled).write(settled.subscription, settled.subscription_key);
    outbox_.write(settled.outbox);
    audit_.write(settled.audit);
  }

 private:
  Updated& subscription_of(const Settled& settled) {
    return settled.is_cleared ? cleared_ : subscription_;
  }

  Statement find_;
  Updated recovery_;
  Updated subscription_;
  Updated cleared_;
  Inserted outbox_;
  Inserted audit_;
  std::set<std::int64_t> seen_;
};

Clocked callbacks(Ledgers& ledgers, const Pace& pace) {
  const auto keys = ledgers.fresh("callback", "key");
  Inserted nonce(ledgers.source(), ledgers.target(), "nonce",
                 "nonce = (SELECT nonce FROM callback WHERE key = ?1)");
  Inserted callback(ledgers.source(), ledgers.target(), "callback", "key = ?1");
  Settling settling(ledgers);
  return write_all(ledgers, keys.size(), pace, [&](std::size_t i) -> Writing {
    const auto key = sqlite3_value_int64(keys[i].front().get());
    auto used = std::make_shared<std::vector<Row>>(nonce.load(key));
    auto came = std::make_shared<std::vector<Row>>(callback.load(key));
    auto settled = settling.load(key);
    return [&nonce, &callback, &settling, used, came, settled] {
      nonce.write(*used);
      if (settled) settling.write(*settled);
      callback.write(*came);
    };
  });
}

// What the calls of this process have written into files.
std::int64_t bytes_written() {
  std::ifstream in("/proc/self/io");
  std::string name;
  for (std::int64_t value = 0; in >> name >> value;) {
    if (name == "wchar:") return value;
  }
  throw std::runtime_error("the system does not say what was written");
}

int run(int count, char** arguments) {
  std::string after;
  std::string target;
  Pace pace;
  CLI::App app("Writes what a run has written into the ledger as it was before; prints JSON");
  app.require_subcommand(1);
  app.add_option("--after", after, "the ledger as the run has left it")->required();
  app.add_option("--into", target, "one as it was before; it is written")->required();
  auto* how = app.add_option_group("pace");
  how->add_option("--group", pace.group, "items in one transaction")->check(CLI::Range(1, 10000));
  how->add_option("--rate", pace.rate, "items a second, each transaction with those that have come")
      ->check(CLI::Range(1, 1'000'000));
  how->require_option(1);
  const auto* of_claims = app.add_subcommand("claims", "recovery, request, audit");
  const auto* of_answers = app.add_subcommand("answers", "attempt, recovery, audit");
  app.add_subcommand("callbacks", "nonce, recovery, subscription, outbox, audit, callback");
  CLI11_PARSE(app, count, arguments);
  Ledgers ledgers(after, target);
  const std::int64_t before = bytes_written();
  const Clocked done = of_claims->parsed()    ? claims(ledgers, pace)
                       : of_answers->parsed() ? answers(ledgers, pace)
                                              : callbacks(ledgers, pace);
  if (done.items == 0) throw std::runtime_error("there is nothing to write");
  std::vector<double> waited = done.waited;
  std::ranges::sort(waited);
  std::cout << std::fixed << std::setprecision(4) << "{\"items\":" << done.items
            << ",\"commits\":" << done.commits << ",\"s\":" << done.seconds
            << ",\"rate\":" << static_cast<double>(done.items) / done.seconds
            << ",\"cpu_s\":" << done.cpu_seconds
            << ",\"written_kib\":" << (bytes_written() - before) / 1024;
  if (!waited.empty()) {
    const auto us = [&waited](std::size_t per_cent) {
      return std::lround(1e6 * waited[waited.size() * per_cent / 100]);
    };
    std::cout << ",\"p50_us\":" << us(50) << ",\"p99_us\":" << us(99);
  }
  std::cout << "}\n";
  return 0;
}

}  // namespace
}  // namespace recycled::bench

int main(int count, char** arguments) {
  try {
    return recycled::bench::run(count, arguments);
  } catch (const std::exception& exception) {
    std::cerr << "bench_same_rows: " << exception.what() << '\n';
    return 1;
  }
}
