#include "config_problems.hpp"

#include <filesystem>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "api/token.hpp"
#include "event_sinks.hpp"
#include "flexfactor/order_status.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "installation.hpp"
#include "providers.hpp"
#include "reception/callback_keys.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"
#include "webhooks/signing.hpp"

namespace recycled {
namespace {

using config::Problem;
using Problems = std::vector<Problem>;

void check_store(const config::Settings& settings, Problems& problems) {
  namespace fs = std::filesystem;
  if (!settings.store_url.empty()) {
    const auto away = why_away(settings, address_of(settings));
    if (away) problems.push_back({0, "[store] url", *away, ""});
    return;
  }
  const fs::path& file = settings.store_path;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  if (fs::is_directory(file, error)) {
    problems.push_back({0, "[store] url", file.string() + " is a folder", "Name a file in it"});
  } else if (!fs::is_directory(folder, error)) {
    problems.push_back({0, "[store] url", "there is no folder " + folder.string(),
                        "Make it, readable for the service's user alone"});
  } else if (const auto away = why_away(settings, address_of(settings))) {
    problems.push_back({0, "[store] url", *away, ""});
  }
}

// As a run would connect: the address, and the certificates that count.
void check_addresses(const config::Settings& settings, Problems& problems) {
  boost::asio::io_context io;
  for (const auto& [gateway, account] : settings.accounts) {
    const auto client = http::Client::make(io.get_executor(), wire_settings(settings, account));
    if (client) continue;
    problems.push_back({0, "[[gateway]] " + config::in_quotes(gateway.str()),
                        client.error().message, "Mend the address or the ca_file"});
  }
}

void check_signing_keys(const config::Settings& settings, Problems& problems) {
  for (const auto& [gateway, account] : settings.accounts) {
    for (const auto& key : account.hmac_signing_key_files) {
      const auto text = crypto::read_secret_file(key.file);
      if (!text) continue;  // named with the other secrets
      const auto secret = decode_key_file(*text, key);
      if (secret) continue;
      problems.push_back({0, "[[gateway]] " + config::in_quotes(gateway.str()),
                          secret.error().message, "Copy it anew from FlexFactor's portal"});
    }
  }
  const auto calendar = system::ZoneCalendar::make(settings.time_zone);
  if (!calendar) return;  // load() has named it
  const CivilDate today = (*calendar)->day_of(system::SystemClock().now());
  const auto days = config::check_signing_days(settings, today);
  problems.insert(problems.end(), days.begin(), days.end());
}

// A word that says "completed" must not be made to say "expired".
void check_expired_words(const config::Settings& settings, Problems& problems) {
  for (const auto& [gateway, account] : settings.accounts) {
    const std::string& word = account.dialect.expired_word;
    if (!flexfactor::is_documented_status(word)) continue;
    problems.push_back(
        {0, "[[gateway]] " + config::in_quotes(gateway.str()),
         "expired_word " + config::in_quotes(word) + " is the name of another status of an order",
         "Leave expired_word out, or write the word that FlexFactor shows for an "
         "expired order"});
  }
}

void check_listener(const config::Settings& settings, Problems& problems) {
  if (settings.callbacks.public_host.empty()) return;
  const auto listen = http::check_listen(settings.callbacks.listen);
  if (!listen) {
    problems.push_back({0, "[callbacks] listen", listen.error().message,
                        "Write an address, not a name, such as \"127.0.0.1:8443\""});
  }
}

// As a run would sign, connect and write.
void check_events(const config::Settings& settings, Problems& problems) {
  for (const auto& file : settings.events.secret_files) {
    const auto text = crypto::read_secret_file(file);
    if (!text) continue;  // named with the other secrets
    const auto key = webhooks::decode_secret(*text);
    if (key) continue;
    problems.push_back({0, "[events] secret_files", file.path.string() + ": " + key.error().message,
                        "Copy it from the receiver's settings, \"whsec_\" included"});
  }
  if (!settings.events.url.empty()) {
    boost::asio::io_context io;
    const auto client = http::Client::make(io.get_executor(), receiver_settings(settings));
    if (!client) {
      problems.push_back(
          {0, "[events] url", client.error().message, "Mend the address or the ca_file"});
    }
  }
  const std::filesystem::path& file = settings.events.jsonl_file;
  std::error_code error;
  if (!file.empty() && !std::filesystem::is_directory(file.parent_path(), error)) {
    problems.push_back({0, "[events] jsonl_file",
                        "there is no folder " + file.parent_path().string(),
                        "Make it, writable for the service's user"});
  }
}

void check_api(const config::Settings& settings, Problems& problems) {
  const config::ApiSettings& api = settings.api;
  if (api.listen.empty()) return;
  const auto listen = http::check_listen(api.listen);
  if (!listen) {
    problems.push_back({0, "[api] listen", listen.error().message,
                        "Write one such as \"127.0.0.1:8080\" or \"unix:/run/recycled/api.sock\""});
  }
  if (api.token_file.empty()) return;  // load() has named it
  const auto token = api::read_token(api.token_file);
  if (!token) problems.push_back({0, "[api] token_file", token.error().message, ""});
}

}  // namespace

Problems problems_outside(const config::Settings& settings) {
  Problems problems = config::check_secret_files(settings);
  check_signing_keys(settings, problems);
  check_expired_words(settings, problems);
  check_listener(settings, problems);
  check_api(settings, problems);
  if (const auto& tls = settings.callbacks.tls) {
    const auto usable = http::check_identity({tls->certificate, tls->private_key});
    if (!usable) problems.push_back({0, "[callbacks] tls", usable.error().message, ""});
  }
  check_addresses(settings, problems);
  check_events(settings, problems);
  check_store(settings, problems);
  return problems;
}

}  // namespace recycled
