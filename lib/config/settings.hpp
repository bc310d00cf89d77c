// The configuration as one validated value. Source: operations.md "Config (TOML)", mission.md
// S1-S4.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"
#include "billing/rules.hpp"
#include "crypto/secret_file.hpp"

namespace recycled::config {

struct TlsFiles {
  std::filesystem::path certificate;  // PEM chain
  std::filesystem::path private_key;  // PEM
};

struct CallbackSettings {
  std::string listen = "127.0.0.1:8443";  // host:port; port 0 takes a free one
  std::string public_host;      // the host FlexFactor signs; required to receive callbacks
  std::optional<TlsFiles> tls;  // absent: plain HTTP, behind a proxy
  Millis window = std::chrono::minutes(5);  // a callback's date may be this far off, either way
  bool accept_body_signature = false;       // flexfactor.md "Callbacks" 5: x-fc-signature alone
  int success_code = 200;                   // what tells FlexFactor that it was taken
};

// The local API. Without [api] there is no such listener.
struct ApiSettings {
  std::string listen;             // a loopback host:port, or "unix:/path"; empty: no listener
  crypto::SecretFile token_file;  // what callers have to show
};

struct Limits {
  int in_flight = 32;        // requests to a FlexFactor gateway at one time
  int failures_to_rest = 5;  // requests in a row without an answer: then its queue rests
  int scan_batch = 500;      // claims a transaction
  Millis request_timeout = std::chrono::seconds(30);
  Millis connect_timeout = std::chrono::seconds(5);
  Millis drain = std::chrono::seconds(20);  // at the first stop signal
  // Of the callback listener: what nobody has proved to be FlexFactor may cost.
  std::size_t callback_bytes = 64 * 1024;               // largest body
  std::size_t callback_header_bytes = 16 * 1024;        // largest header
  Millis callback_deadline = std::chrono::seconds(10);  // for one request to arrive
  int callback_connections = 256;                       // at one time
  // The same of the local API.
  std::size_t api_bytes = 1024 * 1024;
  Millis api_deadline = std::chrono::seconds(10);
  int api_connections = 64;
};

struct ScheduleSettings {
  Millis scan_every = std::chrono::minutes(1);
  Millis once_poll_gap = Millis(0);  // `once` asks about everything not asked for this long
};

enum class Environment { sandbox, live };

// One HMACSigningKey, and when it counts; its days are civil days of the account's zone.
struct SigningKeyFile {
  crypto::SecretFile file;
  std::optional<CivilDate> from;   // the first day on which it counts
  std::optional<CivilDate> until;  // the first day on which it counts no more

  bool counts_on(CivilDate day) const {
    return (!from || day >= *from) && (!until || day < *until);
  }
};

// What FlexFactor's contract leaves open, answered for one account: README "What nobody documents".
enum class InquiryBy { orders, outcome };
enum class RepeatConflict { unknown, refused };
enum class OrderAmounts { minor, major };

struct Dialect {
  InquiryBy inquiry = InquiryBy::orders;
  RepeatConflict repeat_conflict = RepeatConflict::unknown;
  int unknown_order_code = 404;
  std::string expired_word = "EXPIRED";
  int first_page = 1;
  OrderAmounts order_amounts = OrderAmounts::minor;
};

// One [[gateway]] of kind "flexfactor": how to reach it. Its billing terms are in rules.gateways.
struct FlexFactorAccount {
  GatewayId gateway;
  Environment environment = Environment::sandbox;
  std::string base_url;  // ends in '/'
  std::string mid;
  std::string site_id;
  crypto::SecretFile app_key_file;
  crypto::SecretFile app_secret_file;
  crypto::SecretFile environment_key_file;             // tokenization; may be empty
  std::vector<SigningKeyFile> hmac_signing_key_files;  // those of a rotation at the same time
  std::filesystem::path ca_file;                       // empty: the system's
  int requests_per_second = 100;
  std::optional<int> in_flight;  // else limits.in_flight
  Dialect dialect;
};

// [events]: where the merchant's systems hear of what happened. Both may be set, or neither.
struct EventSettings {
  std::filesystem::path jsonl_file;              // empty: none
  std::string url;                               // of a receiver of Standard Webhooks; empty: none
  std::vector<crypto::SecretFile> secret_files;  // "whsec_…"; those of a rotation at the same time
  std::filesystem::path ca_file;                 // empty: the system's
  Millis timeout = std::chrono::seconds(15);     // for one answer
  Millis give_up_after = std::chrono::days(3);
  Millis first_backoff = std::chrono::seconds(5);
  Millis longest_backoff = std::chrono::hours(1);
  int in_flight = 8;  // deliveries to one of the two at a time
};

// [metrics]: what a monitoring system reads from a file, for want of a service to ask.
struct MetricSettings {
  std::filesystem::path file;  // written by `once`; empty: none
};

struct Settings {
  std::filesystem::path file;        // where it was read from; relative paths count from its folder
  std::filesystem::path store_path;  // [store] url = "sqlite:PATH"
  std::string store_url;             // [store] url = "postgresql://…"; empty: it is the file
  // [store] lease: of PostgreSQL's, after what silence a worker is taken for dead.
  Millis store_lease = std::chrono::seconds(30);
  std::string machine;  // [store] machine: which one this is; empty: its own id
  // How long the ledger keeps payloads after their end; zero: for good. A cardholder may dispute a
  // charge for 120 days, in some cases for 540 days after the sale, and what was sent is evidence.
  Millis retention = std::chrono::days(400);
  std::string time_zone = "America/New_York";
  ScheduleSettings schedule;
  Limits limits;
  CallbackSettings callbacks;
  EventSettings events;
  ApiSettings api;
  MetricSettings metrics;
  billing::Rules rules;
  std::map<GatewayId, FlexFactorAccount> accounts;
};

}  // namespace recycled::config
