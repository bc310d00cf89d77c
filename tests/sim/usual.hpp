// The rules, the decline and the settings that most stories begin with.
#pragma once

#include <string>

#include "simulation/world.hpp"

namespace recycled::simulation {

// Rules with a gateway "bank" (profile p, hand-over at re-attempt 4), and FlexFactor as "ff".
billing::Rules usual_rules();
// A decline whose re-attempt 4 is due on the day of `last_attempt` plus three days.
billing::Subscription declined(const std::string& id, const std::string& card,
                               Instant last_attempt);
// A new sale that "bank" has declined.
billing::Sale declined_sale(const std::string& id, const std::string& card, Instant at);
// A world under usual_rules, and a FlexFactor that takes so long for a result.
WorldSettings usual_settings(Instant start, Millis shortest_delay, Millis longest_delay);

}  // namespace recycled::simulation
