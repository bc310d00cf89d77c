#include "sim/usual.hpp"

#include "support/usual.hpp"

namespace recycled::simulation {

billing::Rules usual_rules() { return testing::usual_rules(900); }

billing::Subscription declined(const std::string& id, const std::string& card,
                               Instant last_attempt) {
  return testing::declined(id, last_attempt, card);
}

billing::Sale declined_sale(const std::string& id, const std::string& card, Instant at) {
  return testing::declined_sale(id, at, card);
}

WorldSettings usual_settings(Instant start, Millis shortest_delay, Millis longest_delay) {
  WorldSettings settings;
  settings.start = start;
  settings.rules = usual_rules();
  settings.provider.shortest_delay = shortest_delay;
  settings.provider.longest_delay = longest_delay;
  return settings;
}

}  // namespace recycled::simulation
