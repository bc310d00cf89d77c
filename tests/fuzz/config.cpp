#include <algorithm>
#include <string>

#include "base/ensure.hpp"
#include "config/digest.hpp"
#include "config/load.hpp"
#include "fuzz/targets.hpp"

namespace recycled::fuzz {
namespace {

void check(const config::Problem& problem, int lines) {
  ensure(!problem.what.empty(), "a problem says what");
  ensure(problem.line >= 0 && problem.line <= lines, "a problem is on a line of the file");
  const std::string told = config::describe(problem, "recycled.toml");
  ensure(told.size() < 4000, "a problem is short");
  ensure(std::ranges::none_of(told, [](unsigned char c) { return c < ' ' || c == 0x7f; }),
         "a problem is one line, and obeyed by no terminal");
}

// S1 to S4, and what the engine takes for granted.
void check(const config::Settings& settings) {
  for (const auto& [id, account] : settings.accounts) {
    const auto& gateway = settings.rules.gateways.at(id);
    ensure(gateway.flexfactor.has_value(), "an account is of a FlexFactor gateway");
    const int days = gateway.flexfactor->expiry_days;
    ensure(days >= 1 && days <= 21, "expiry_days is 1 to 21");
    ensure(account.base_url.ends_with('/'), "a base URL ends in a slash");
  }
  const auto is_flexfactor = [&](const GatewayId& id) { return settings.accounts.contains(id); };
  for (const auto& profile : settings.rules.profiles) {
    ensure(std::ranges::none_of(profile.gateways, is_flexfactor),
           "FlexFactor's gateway is in no profile");
    for (const auto& block : {profile.gateway_4_6, profile.gateway_7_9}) {
      ensure(!block || is_flexfactor(*block), "what is handed over goes to FlexFactor");
    }
  }
  ensure(settings.limits.in_flight >= 1, "something may be in flight");
  ensure(settings.schedule.scan_every > Millis(0), "a scan has a gap");
  ensure(settings.retention >= Millis(0), "payloads are kept for some time, or for good");
  ensure(config::rules_digest(settings) == config::rules_digest(settings), "a digest is the same");
}

}  // namespace

// Settings that keep the promises, or problems that an operator can read.
void config(std::string_view bytes) {
  const auto read = config::parse(bytes, "/etc/recycled/recycled.toml");
  if (read) return check(*read);
  ensure(!read.error().empty(), "what is refused has a problem");
  const auto breaks = std::ranges::count(bytes, '\n');
  for (const auto& problem : read.error()) check(problem, static_cast<int>(breaks) + 1);
  const auto again = config::parse(bytes, "/etc/recycled/recycled.toml");
  ensure(!again && again.error() == read.error(), "the same file has the same problems");
}

}  // namespace recycled::fuzz
