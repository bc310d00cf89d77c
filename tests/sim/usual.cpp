// The rules and the decline that most stories begin with.
#include "support/usual.hpp"

#include "sim/world.hpp"

namespace recycled::sim {

billing::Rules usual_rules() { return testing::usual_rules(900); }

billing::Subscription declined(const std::string& id, const std::string& card,
                               Instant last_attempt) {
  return testing::declined(id, last_attempt, card);
}

}  // namespace recycled::sim
