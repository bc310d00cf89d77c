#include <iostream>
#include <utility>

#include "commands/callback_inbox.hpp"
#include "commands/load_settings.hpp"
#include "crypto/secret_file.hpp"
#include "exit_code.hpp"
#include "flexfactor/signature.hpp"
#include "reception/callback_keys.hpp"
#include "report/json.hpp"
#include "system/calendar.hpp"
#include "system/clock.hpp"
#include "system/files.hpp"

namespace recycled {
namespace {

constexpr std::size_t largest_file = std::size_t{16} * 1024 * 1024;

int refuse(const std::string& message, ExitCode code) {
  std::cerr << "recycled callbacks verify: " << message << '\n';
  return to_int(code);
}

// Whoever names a key on a command line may do so; that others can read it is worth a word.
Result<flexfactor::CallbackTrust> trust_in(const std::filesystem::path& key_file) {
  const auto open_to_none = crypto::check_mode(key_file);
  const crypto::SecretFile by_hand(key_file, crypto::Kept::named_by_hand);
  const auto text = crypto::read_secret_file(by_hand);
  if (!text) return Failure(text.error());
  if (!open_to_none) std::cerr << "warning: " << open_to_none.error().message << '\n';
  auto key = flexfactor::decode_signing_key(*text);
  if (!key) return fail(Fault::invalid, key_file.string() + " is not base64");
  flexfactor::CallbackTrust trust;
  trust.keys = {{*key, key_file.filename().string(), std::nullopt, std::nullopt}};
  return trust;
}

Result<flexfactor::CallbackTrust> trust_of(const config::Settings& settings) {
  const auto calendar = system::ZoneCalendar::make(settings.time_zone);
  if (!calendar) return Failure(calendar.error());
  auto keys = read_callback_keys(settings, **calendar);
  if (!keys) return Failure(keys.error());
  if (keys->trust.keys.empty()) {
    return fail(Fault::invalid,
                "the config names no hmac_signing_key_files; add them, or name "
                "one with --key-file");
  }
  return std::move(keys->trust);
}

struct Judged {
  bool holds = false;
  std::string summary;
  std::vector<flexfactor::SignaturePart> parts;
};

Judged judge(const http::Headers& headers, const std::string& body,
             const flexfactor::CallbackTrust& trust, Instant at) {
  Judged judged;
  judged.parts = flexfactor::diagnose(headers, body, trust, at);
  const auto verdict = flexfactor::verify(headers, body, trust, at);
  if (const auto* verified = std::get_if<flexfactor::Verified>(&verdict)) {
    judged.holds = true;
    const bool alone = !http::find_header(headers, "x-fc-authorization");
    judged.summary = std::string("The signature holds, by key '") + trust.keys[verified->key].name +
                     "'" +
                     (alone ? ": x-fc-signature alone, as accept_body_signature allows." : ".");
    return judged;
  }
  const auto& refused = std::get<flexfactor::NotVerified>(verdict);
  judged.summary = "The signature does not hold: " + std::string(to_text(refused.fault)) + ".";
  return judged;
}

void print(const Judged& judged, Output output) {
  if (output == Output::json) {
    report::Json parts = report::Json::array();
    for (const auto& part : judged.parts) {
      parts.push_back(
          {{"part", part.name}, {"state", to_text(part.state)}, {"detail", part.detail}});
    }
    std::cout << report::written(
        {{"holds", judged.holds}, {"summary", judged.summary}, {"parts", parts}});
    return;
  }
  for (const auto& part : judged.parts) {
    std::string name(part.name);
    name.resize(11, ' ');
    std::string state(to_text(part.state));
    state.resize(9, ' ');
    std::cout << name << state << part.detail << '\n';
  }
  std::cout << judged.summary << '\n';
}

}  // namespace

int run_callbacks_verify(const CallbackVerifyOptions& options) {
  flexfactor::CallbackTrust trust;
  if (!options.key_file.empty()) {
    auto by_hand = trust_in(options.key_file);
    if (!by_hand) return refuse(by_hand.error().message, ExitCode::usage);
    trust = std::move(*by_hand);
  } else {
    const auto settings = load_settings(options.config);
    if (!settings) return to_int(ExitCode::config_invalid);
    auto configured = trust_of(*settings);
    if (!configured) return refuse(configured.error().message, ExitCode::config_invalid);
    trust = std::move(*configured);
  }
  if (!trust.public_host.empty()) trust.likely_hosts = {trust.public_host};
  trust.public_host = options.host;

  const auto lines = system::read_file(options.headers, largest_file);
  if (!lines) return refuse(lines.error().message, ExitCode::usage);
  const auto headers = http::parse_header_lines(*lines);
  if (!headers) {
    return refuse(options.headers.string() + " does not consist of lines \"Name: value\"",
                  ExitCode::usage);
  }
  const auto body = system::read_file(options.body, largest_file);
  if (!body) return refuse(body.error().message, ExitCode::usage);
  const Instant at = options.at.value_or(system::SystemClock().now());
  const Judged judged = judge(*headers, *body, trust, at);
  print(judged, options.output);
  return to_int(judged.holds ? ExitCode::done : ExitCode::failed);
}

}  // namespace recycled
