// The kill switch, as whoever claims or hands over obeys it: read in the transaction that would do
// so, and so in force from the next one on, in every process. Results are taken all the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/events.hpp"
#include "ports/ledger.hpp"

namespace recycled::engine {

using Pauses = std::vector<ports::Pause>;

// What keeps anything new from being handed to that gateway; null: nothing does.
const ports::Pause* stopping(const Pauses& standing, const GatewayId& gateway);
// The same for one claim, in words.
std::optional<std::string> why_paused(ports::LedgerTx& tx, const GatewayId& gateway);
// What keeps anything new from being handed to any.
const ports::Pause* stopping_all(const Pauses& standing);

// Pulls the switch, if it is not pulled already: what stands then, the older one if there was one.
ports::Pause pause_all(ports::LedgerTx& tx, const std::string& by, const std::string& reason,
                       Instant now);
// The same after an adoption (engine/seal.hpp), which holds more. It is said even if the switch is
// pulled, so that who ends the older pause reads of both.
ports::Pause pause_adopted(ports::LedgerTx& tx, const std::string& by, const std::string& reason,
                           Instant now);
// What the pause that stands holds.
ports::Holding holding(ports::LedgerTx& tx);
// Lets go of a person's pause, or of the breaker's at that gateway: nobody ends the one by the
// other's way. What stood; nothing if none did.
std::optional<ports::Pause> resume(ports::LedgerTx& tx, const GatewayId& gateway,
                                   const std::string& by, Instant now);

// Tells the log when a pause begins and when it ends, as this process sees it.
class PauseWatch {
 public:
  explicit PauseWatch(ports::Events& events) : events_(events) {}

  void saw(const Pauses& standing);
  // A pause stood when last seen, of all gateways or of one.
  bool saw_any() const { return !known_.empty(); }

 private:
  void tell(ports::EventName name, const ports::Pause& pause);

  ports::Events& events_;
  std::map<GatewayId, ports::Pause> known_;
};

}  // namespace recycled::engine
