// What a simulated process has instead of the real thing: dice and a log in memory.
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
#include "simulation/disk.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

// The process dies: nothing it does from here on reaches the disk.
struct Crash {};

// What all parts of one process know of it.
struct Process {
  bool crashed = false;
  Occasion occasion = Occasion::anything;
  bool failed = false;  // it ended by itself, since its ledger could not be written

  bool is_over() const { return crashed || failed; }
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
  // The orders that were spoken of since the last time, each once.
  std::vector<OrderId> take_touched() {
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    return std::exchange(touched_, {});
  }
  bool has_touched() const { return !touched_.empty(); }
  void note(const ports::Event& event) override {
    if (!event.order.empty()) touched_.emplace_back(event.order);
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
  std::vector<OrderId> touched_;
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
    while (time_.now() < end && !process.is_over()) {
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

}  // namespace recycled::simulation
