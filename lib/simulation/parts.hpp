// What a simulated process has instead of the real thing: dice, a log in memory, and a ledger that
// may die at any commit.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "engine/liveness.hpp"
#include "flexfactor/behaviour.hpp"
#include "ports/clock.hpp"
#include "ports/entropy.hpp"
#include "ports/events.hpp"
#include "ports/ledger.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

// The process dies: nothing it does from here on reaches the disk.
struct Crash {};

// What all parts of one process know of it.
struct Process {
  bool crashed = false;
};

class SeededEntropy final : public ports::Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : dice_(seed) {}
  std::string bytes(std::size_t count) override {
    std::string drawn;
    for (std::size_t index = 0; index < count; ++index) {
      drawn.push_back(static_cast<char>(dice_.roll(256)));
    }
    return drawn;
  }
  double fraction() override { return static_cast<double>(dice_.roll(1'000'000)) / 1'000'000.0; }

 private:
  flexfactor::Dice dice_;
};

class Transcript final : public ports::Events {
 public:
  explicit Transcript(const ports::Clock& clock) : clock_(clock) {}
  // Each line goes there, and is not kept.
  void tell(std::function<void(const std::string&)> to) { to_ = std::move(to); }
  void note(const ports::Event& event) override {
    std::string line = to_iso8601(clock_.now()) + " " +
                       std::string(ports::row_of(event.name).text) + " " + event.subscription +
                       " " + event.order + " " + event.reason;
    if (to_) return to_(line);
    lines.push_back(std::move(line));
  }
  std::vector<std::string> lines;

 private:
  const ports::Clock& clock_;
  std::function<void(const std::string&)> to_;
};

// A supervisor with some patience, and the worker's way to keep it (worker/supervision).
class Supervisor {
 public:
  // `heard` gets the instant of each word.
  Supervisor(engine::Engine& engine, VirtualTime& time, Millis patience,
             std::vector<Instant>& heard)
      : engine_(engine), time_(time), liveness_(patience, time.now()) {
    engine_.watch([this, &heard](engine::Progress) {
      if (liveness_.progressed(time_.now())) heard.push_back(time_.now());
    });
  }

  async::Task<void> ask(Instant end, const Process& process) {
    while (time_.now() < end && !process.crashed) {
      const Instant until = std::min(liveness_.ask_at(), end);
      co_await time_.sleep_until(until);
      if (time_.now() < liveness_.ask_at()) continue;  // a word came meanwhile
      liveness_.asked(time_.now());
      engine_.look();
    }
  }

 private:
  engine::Engine& engine_;
  VirtualTime& time_;
  engine::Liveness liveness_;
};

// So many of so many commits kill.
struct Odds {
  int in = 0;
  int of = 1000;
};

// The real ledger, in a process that may die at any commit, before it or after it.
class MortalLedger final : public ports::Ledger {
 public:
  MortalLedger(ports::Ledger& ledger, flexfactor::Dice& dice, Odds odds)
      : ledger_(ledger), dice_(dice), odds_(odds) {}

  async::Task<Result<void>> write(ports::LedgerWork work) override {
    const bool dies = !dead_ && dice_.roll(odds_.of) < odds_.in;
    const bool before = dies && dice_.roll(2) == 0;
    if (dead_ || before) die();
    auto done = co_await ledger_.write(std::move(work));
    if (dies) die();
    co_return done;
  }

 private:
  void die() {
    dead_ = true;
    throw Crash();
  }

  ports::Ledger& ledger_;
  flexfactor::Dice& dice_;
  const Odds odds_;
  bool dead_ = false;
};

}  // namespace recycled::simulation
