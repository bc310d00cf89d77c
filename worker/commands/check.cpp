#include "commands/check.hpp"

#include <iostream>

#include "commands/check_online.hpp"
#include "commands/load_settings.hpp"
#include "config/digest.hpp"
#include "config/words.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/config_check.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"

namespace recycled {

namespace {

using config::Problem;
using config::Settings;

std::string slots_of(const billing::RecycleProfile& profile) {
  std::string text;
  if (profile.gateway_4_6) text += " · 4-6: " + profile.gateway_4_6->str();
  if (profile.gateway_7_9) text += " · 7-9: " + profile.gateway_7_9->str();
  return text.empty() ? " · no FlexFactor gateway" : text;
}

void print_signing_key(const config::SigningKeyFile& key, CivilDate today) {
  std::cout << "signing    " << key.file.path.string();
  if (key.from) std::cout << " · from " << to_iso8601(*key.from);
  if (key.until) std::cout << " · until " << to_iso8601(*key.until);
  std::cout << (key.counts_on(today) ? " · counts today\n" : " · does not count today\n");
}

std::string receivers_of(const config::EventSettings& events) {
  std::string text = events.url.empty() ? "" : "sent to " + events.url;
  if (!events.jsonl_file.empty()) {
    text += (text.empty() ? "" : " · ") + std::string("appended to ") + events.jsonl_file.string();
  }
  return text.empty() ? "none: nobody is told" : text;
}

std::string in_words(const billing::Ceiling& ceiling) {
  std::string text;
  if (ceiling.count > 0) text = std::to_string(ceiling.count) + " hand-overs";
  for (const auto& [currency, most] : ceiling.minor) {
    text += (text.empty() ? "" : ", ") + std::string(currency.code()) + " " +
            to_decimal(Money{most, currency});
  }
  return text.empty() ? "no end" : "at most " + text;
}

void print_catches(const billing::Rules& rules) {
  std::cout << "ceilings   a run: " << in_words(rules.ceilings.run)
            << " · a day: " << in_words(rules.ceilings.day) << '\n'
            << "breaker    ";
  const billing::Breaker& breaker = rules.breaker;
  if (breaker.results == 0) {
    std::cout << "none\n";
    return;
  }
  std::cout << "of the last " << breaker.results << " results, " << breaker.refused
            << " % refused or " << breaker.failed << " % failed\n";
}

void print_summary(const Settings& settings, CivilDate today) {
  std::cout << settings.file.string() << " is valid.\n"
            << "ledger     " << text_of(address_of(settings)) << '\n'
            << "time zone  " << settings.time_zone << '\n';
  for (const auto& [id, account] : settings.accounts) {
    const auto& terms = *settings.rules.gateways.at(id).flexfactor;
    std::cout << "gateway    " << id.str() << " · FlexFactor "
              << config::to_text(account.environment) << " · " << account.base_url
              << " · expiry_days " << terms.expiry_days << " · " << config::to_text(terms.mit)
              << '\n';
    for (const auto& key : account.hmac_signing_key_files) print_signing_key(key, today);
  }
  for (const auto& profile : settings.rules.profiles) {
    std::cout << "profile    " << profile.id.str() << " · " << profile.gateways.size()
              << " gateway(s)" << slots_of(profile) << '\n';
  }
  print_catches(settings.rules);
  const std::string& host = settings.callbacks.public_host;
  std::cout << "callbacks  " << (host.empty() ? "none: results are polled" : "signed for " + host)
            << '\n'
            << "events     " << receivers_of(settings.events) << '\n'
            << "api        " << (settings.api.listen.empty() ? "none" : settings.api.listen) << '\n'
            << "rules      " << config::rules_digest(settings).substr(0, 12) << '\n';
}

int refuse(const std::vector<Problem>& problems, const CheckOptions& options) {
  if (options.output == Output::json) {
    std::cout << report::to_json(problems, options.config);
  }
  for (const Problem& problem : problems) {
    std::cerr << config::describe(problem, options.config) << '\n';
  }
  return to_int(ExitCode::config_invalid);
}

}  // namespace

int run_check(const CheckOptions& options) {
  const auto settings = load_usable(options.config);
  if (!settings) return refuse(settings.error(), options);
  if (options.reach == Reach::online) return run_check_online(options, *settings);
  if (options.output == Output::json) {
    std::cout << report::to_json(*settings);
  } else {
    const auto calendar = system::ZoneCalendar::make(settings->time_zone);
    if (!calendar) return refuse({{0, "[account]", calendar.error().message, ""}}, options);
    print_summary(*settings, (*calendar)->day_of(system::SystemClock().now()));
  }
  return to_int(ExitCode::done);
}

}  // namespace recycled
