#include "flexfactor_sim_options.hpp"

#include <CLI/CLI.hpp>

#include "crypto/secret_file.hpp"
#include "flexfactor/callback.hpp"

namespace recycled {

namespace {

// Without a file the key is this text, base64-encoded where FlexFactor wants it so. Not a secret.
constexpr const char* demo_signing_key = "flexfactor-sim demo signing key";

constexpr const char* help_footer = R"(
The API is under /v1/. Card tokens steer single orders by how they begin:
  approve  decline  pending (never a word)  late (charged after expiry)  expire
  challenge  capture  refuse (HTTP 400)  cancel
Any other token goes by --approve and --decline.

A card number that is tokenized gets a token of the same number each time. Its first six digits
steer what becomes of orders with that token:
  400001 approve   400002 decline  400003 pending  400004 late    400005 expire
  400006 challenge 400007 capture  400008 refuse   400009 cancel  4000002760003184 approve
A number with a wrong check digit and an expired card are refused (HTTP 400).

Faults, in per mille (--fault error_429=50):
  callback_late callback_twice callback_early callback_reordered callback_lost
  error_429 error_5xx error_5xx_after stall reset_after_read token_expired

While it runs: GET /sim/statistics, GET /sim/charges, POST /sim/faults {"stall":100},
POST /sim/callback-url {"url":"http://…"}.

Without --hmac-key-file callbacks are signed with this demo key (base64):
  ZmxleGZhY3Rvci1zaW0gZGVtbyBzaWduaW5nIGtleQ==

Example:
  flexfactor-sim --listen 127.0.0.1:9090 --seed 7 --approve 60 --decline 30 \
    --callback-url http://127.0.0.1:8443/flexfactor/callbacks --fault callback_lost=100)";

Result<Millis> read_duration(const char* option, const std::string& text) {
  const auto duration = parse_duration(text);
  if (!duration) {
    return fail(Fault::invalid,
                std::string(option) + ": '" + text + "' is no duration like 200ms, 5s or 12h");
  }
  return *duration;
}

Result<void> read_delay(const std::string& text, flexfactor::Behaviour& behaviour) {
  const auto dots = text.find("..");
  auto shortest = read_duration("--delay", text.substr(0, dots));
  if (!shortest) return Failure(shortest.error());
  auto longest = shortest;
  if (dots != std::string::npos) longest = read_duration("--delay", text.substr(dots + 2));
  if (!longest) return Failure(longest.error());
  if (*longest < *shortest) return fail(Fault::invalid, "--delay: SHORTEST..LONGEST");
  behaviour.shortest_delay = *shortest;
  behaviour.longest_delay = *longest;
  return {};
}

Result<void> read_fault(const std::string& text, flexfactor::Behaviour& behaviour) {
  const auto equals = text.find('=');
  const auto fault = flexfactor::parse_simulated_fault(text.substr(0, equals));
  int rate = -1;
  const bool read =
      equals != std::string::npos && CLI::detail::lexical_cast(text.substr(equals + 1), rate);
  if (!fault || !read || rate < 0 || rate > 1000) {
    return fail(Fault::invalid, "--fault: '" + text + "' is not NAME=PERMILLE; see --help");
  }
  behaviour.per_mille[*fault] = rate;
  return {};
}

Result<crypto::Secret> read_secret(const std::string& file) {
  if (file.empty()) return crypto::Secret();
  return crypto::read_secret_file(std::filesystem::path(file));
}

Result<crypto::Secret> read_signing_key(const std::string& file) {
  if (file.empty()) return crypto::Secret(demo_signing_key);
  auto text = crypto::read_secret_file(std::filesystem::path(file));
  if (!text) return text;
  auto key = flexfactor::decode_signing_key(*text);
  if (!key) return fail(Fault::invalid, file + " is not base64");
  return *key;
}

Result<flexfactor::Behaviour> read_behaviour(const SimTyped& typed) {
  flexfactor::Behaviour behaviour;
  behaviour.seed = typed.seed;
  behaviour.approve_percent = typed.approve;
  behaviour.decline_percent = typed.decline;
  if (typed.approve + typed.decline > 100) {
    return fail(Fault::invalid, "--approve and --decline are more than 100 percent together");
  }
  behaviour.callback_host = typed.callback_host;
  behaviour.test_mode = !typed.live;
  if (typed.mode == "sync") behaviour.mode = billing::MitMode::sync;
  auto quirks = read_quirks(typed.quirks);
  if (!quirks) return Failure(quirks.error());
  behaviour.quirks = *quirks;
  auto repeat_window = read_duration("--repeat-window", typed.repeat_window);
  if (!repeat_window) return Failure(repeat_window.error());
  behaviour.repeat_window = *repeat_window;
  if (auto delay = read_delay(typed.delay, behaviour); !delay) return Failure(delay.error());
  for (const auto& fault : typed.faults) {
    if (auto read = read_fault(fault, behaviour); !read) return Failure(read.error());
  }
  if (!typed.expire_after.empty()) {
    auto expire = read_duration("--expire-after", typed.expire_after);
    if (!expire) return Failure(expire.error());
    behaviour.expire_after = *expire;
  }
  auto late = read_duration("--late-after", typed.late_after);
  if (!late) return Failure(late.error());
  behaviour.late_after = *late;
  auto late_callback = read_duration("--late-callback", typed.late_callback);
  if (!late_callback) return Failure(late_callback.error());
  behaviour.late_callback = *late_callback;

  auto key = read_signing_key(typed.hmac_key_file);
  if (!key) return Failure(key.error());
  behaviour.signing_key = *key;
  auto app_key = read_secret(typed.app_key_file);
  if (!app_key) return Failure(app_key.error());
  behaviour.app_key = *app_key;
  auto app_secret = read_secret(typed.app_secret_file);
  if (!app_secret) return Failure(app_secret.error());
  behaviour.app_secret = *app_secret;
  auto environment_key = read_secret(typed.environment_key_file);
  if (!environment_key) return Failure(environment_key.error());
  behaviour.environment_key = *environment_key;
  behaviour.mid = typed.mid;
  return behaviour;
}

}  // namespace

void declare_options(CLI::App& app, SimTyped& typed) {
  app.footer(help_footer);
  app.set_version_flag("--version", "flexfactor-sim " RECYCLED_VERSION);
  app.add_option("--listen", typed.listen, "address:port; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--callback-url", typed.callback_url, "where callbacks go; none without it");
  app.add_option("--callback-host", typed.callback_host, "the public host that is signed")
      ->capture_default_str();
  app.add_option("--callback-ca", typed.callback_ca, "PEM file to trust for an https callback URL")
      ->type_name("FILE");
  app.add_option("--callback-tries", typed.callback_tries, "for one that is not taken")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  app.add_option("--callback-success", typed.callback_success,
                 "the one code that ends a callback's tries; 0: any 2xx")
      ->capture_default_str();
  app.add_option("--callback-gap", typed.callback_gap, "before the first repeat; then doubling")
      ->capture_default_str();
  app.add_option("--hmac-key-file", typed.hmac_key_file, "base64; default: a demo key");
  app.add_option("--app-key-file", typed.app_key_file, "default: any AppKey is accepted")
      ->type_name("FILE");
  app.add_option("--app-secret-file", typed.app_secret_file, "default: any AppSecret is accepted")
      ->type_name("FILE");
  app.add_option("--environment-key-file", typed.environment_key_file,
                 "of tokenization; default: any EnvironmentKey is accepted");
  app.add_option("--mid", typed.mid, "of tokenization; default: any mid is accepted");
  app.add_option("--seed", typed.seed, "of all chance")->capture_default_str();
  app.add_option("--approve", typed.approve, "percent of orders approved")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--decline", typed.decline, "percent declined; the rest stays open to its expiry")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--delay", typed.delay, "of results, as SHORTEST..LONGEST")->capture_default_str();
  app.add_option("--expire-after", typed.expire_after,
                 "ends orders after this, whatever their expiryDateUtc says (stands in for 21d)");
  app.add_option("--late-after", typed.late_after, "how long after expiry a late one is charged")
      ->capture_default_str();
  app.add_option("--late-callback", typed.late_callback, "how late callback_late is")
      ->capture_default_str();
  app.add_option("--mode", typed.mode, "managed: reports later; sync: answers at once")
      ->check(CLI::IsMember({"managed", "sync"}))
      ->capture_default_str();
  app.add_option("--repeat-window", typed.repeat_window, "how long an idempotencyKey is known")
      ->capture_default_str();
  declare_quirks(app, typed.quirks);
  app.add_option("--fault", typed.faults, "NAME=PERMILLE, repeatable");
  app.add_option("--tls-cert", typed.tls_cert, "PEM chain; with --tls-key");
  app.add_option("--tls-key", typed.tls_key, "PEM key; with --tls-cert");
  app.add_option("--ready-file", typed.ready_file, "the bound address is written here when ready")
      ->type_name("FILE");
  app.add_flag("--live", typed.live, "callbacks say IsTestMode false");
}

Result<SimOptions> read_options(const SimTyped& typed) {
  SimOptions options;
  auto behaviour = read_behaviour(typed);
  if (!behaviour) return Failure(behaviour.error());
  options.behaviour = *behaviour;
  options.server.listen = typed.listen;
  options.callback_url = typed.callback_url;
  options.callback_ca = typed.callback_ca;
  options.callback_tries = typed.callback_tries;
  options.callback_success = typed.callback_success;
  auto gap = read_duration("--callback-gap", typed.callback_gap);
  if (!gap) return Failure(gap.error());
  options.callback_gap = *gap;
  if (typed.tls_cert.empty() != typed.tls_key.empty()) {
    return fail(Fault::invalid, "--tls-cert and --tls-key belong together");
  }
  if (!typed.tls_cert.empty())
    options.server.tls = http::TlsIdentity{typed.tls_cert, typed.tls_key};
  return options;
}

}  // namespace recycled
