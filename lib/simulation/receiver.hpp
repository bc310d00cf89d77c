// Who is told of events in a simulation: takes its time, often does not take them, and remembers
// what it did take.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "flexfactor/behaviour.hpp"
#include "ports/delivery.hpp"
#include "simulation/parts.hpp"
#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

class Receiver final : public ports::EventSink {
 public:
  struct Heard {
    std::int64_t key;
    std::string id;
  };

  // `time` and `process`, that of now, outlive it.
  Receiver(VirtualTime& time, Process& process, std::uint64_t seed)
      : time_(time), process_(process), dice_(seed) {}

  async::Task<ports::SinkReply> deliver(std::string id, ports::OutboundEvent event) override;
  void calm() { refuses_per_mille_ = 0; }
  // Whom events taken since the last time were about, each once, in order.
  std::vector<SubscriptionId> take_news();
  // Taken once more, since the process that sent them died over the answer or could not note it.
  std::int64_t repeats() const { return repeats_; }
  // By subscription, in the order in which they were taken.
  const std::map<std::string, std::vector<Heard>>& heard() const { return heard_; }

 private:
  VirtualTime& time_;
  Process& process_;
  flexfactor::Dice dice_;
  int refuses_per_mille_ = 300;
  std::map<std::string, std::vector<Heard>> heard_;
  std::set<std::string> ids_;
  std::int64_t repeats_ = 0;
  std::set<SubscriptionId> news_;
};

}  // namespace recycled::simulation
