// The sections about where things are: ledger, account, listeners. Time is read_schedule.cpp's.
#include <algorithm>
#include <array>
#include <fstream>

#include "config/reading.hpp"
#include "config/store_url.hpp"

namespace recycled::config {

namespace {

const std::filesystem::path zone_folder = "/usr/share/zoneinfo";

// However it is spelt, and whatever link leads to it: what stands beside a ledger is found by its
// name.
std::filesystem::path one_name_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto name = std::filesystem::weakly_canonical(file, error);
  return error ? file : name;
}

void read_store(Section& root, Reading& reading) {
  reading.settings.store_path = one_name_of(reading.resolve("recycled.db"));
  const Value* table = root.table("store");
  if (table == nullptr) return;
  Section store = reading.section(*table, "[store]");
  if (const auto url = store.text("url")) {
    const StoreUrl place = parse_store_url(url->value);
    if (!place.problem.empty()) store.complain("url", place.problem, place.advice);
    if (!place.file.empty()) {
      reading.settings.store_path = one_name_of(reading.resolve(place.file));
    }
    reading.settings.store_url = place.database;
  }
  if (const auto machine = store.text("machine")) {
    reading.settings.machine = machine->value;
    const bool usable =
        !machine->value.empty() && machine->value.find_first_of("\r\n") == std::string::npos;
    if (!usable) {
      store.complain("machine", "machine is empty or of more than one line",
                     "Write a name for the machines that take turns, or leave it out");
    }
  }
  Millis& lease = reading.settings.store_lease;
  lease =
      store.duration("lease", {std::chrono::seconds(1), std::chrono::minutes(10)}).value_or(lease);
  Millis& retention = reading.settings.retention;
  retention =
      store.duration("retention", {Millis(0), std::chrono::days(36500)}).value_or(retention);
  store.refuse_unknown();
}

// A zone exists if its compiled file does; the folder also holds tables that are no zones.
bool is_time_zone(const std::string& name) {
  if (name.starts_with('/') || name.find("..") != std::string::npos) return false;
  // Beside the zones stand copies of them with other leap seconds, and names of no place.
  for (const char* other : {"posix/", "right/", "posixrules", "localtime", "Factory"}) {
    if (name.starts_with(other)) return false;
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(zone_folder / name, error)) return false;
  std::ifstream file(zone_folder / name, std::ios::binary);
  std::array<char, 4> magic{};
  file.read(magic.data(), magic.size());
  return file && std::string_view(magic.data(), magic.size()) == "TZif";
}

void read_account(Section& root, Reading& reading) {
  const Value* table = root.table("account");
  if (table == nullptr) return;
  Section account = reading.section(*table, "[account]");
  if (const auto zone = account.text("time_zone")) {
    reading.settings.time_zone = zone->value;
    if (!is_time_zone(zone->value)) {
      account.complain("time_zone", "time_zone " + in_quotes(zone->value) + " does not exist",
                       "Write an IANA name such as \"America/New_York\" or \"UTC\"");
    }
  }
  account.refuse_unknown();
}

bool is_host_and_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return std::all_of(port.begin(), port.end(), is_digit) && std::stoi(std::string(port)) <= 65535;
}

void read_tls(Section& callbacks, Reading& reading) {
  const Value* table = callbacks.table("tls");
  if (table == nullptr) return;
  Section tls = reading.section(*table, "[callbacks] tls");
  const auto certificate = tls.required("certificate");
  const auto private_key = tls.required("private_key");
  if (certificate && private_key) {
    reading.settings.callbacks.tls =
        TlsFiles{reading.resolve(certificate->value), reading.resolve(private_key->value)};
  }
  tls.refuse_unknown();
}

void read_callbacks(Section& root, Reading& reading) {
  const Value* table = root.table("callbacks");
  if (table == nullptr) return;
  Section section = reading.section(*table, "[callbacks]");
  CallbackSettings& callbacks = reading.settings.callbacks;
  if (const auto listen = section.text("listen")) {
    if (is_host_and_port(listen->value)) {
      callbacks.listen = listen->value;
    } else {
      section.complain("listen", "listen " + in_quotes(listen->value) + " is not HOST:PORT",
                       "Write one such as \"127.0.0.1:8443\"");
    }
  }
  if (const auto host = section.text("public_host")) {
    callbacks.public_host = host->value;
    if (host->value.find_first_of("/ @") != std::string::npos) {
      section.complain("public_host", "public_host is more than a host",
                       "Write the host of the callback URL alone: \"callbacks.example.com\"");
    }
  }
  read_tls(section, reading);
  const DurationRange window{std::chrono::seconds(1), std::chrono::hours(24)};
  callbacks.window = section.duration("window", window).value_or(callbacks.window);
  callbacks.accept_body_signature =
      section.flag("accept_body_signature").value_or(callbacks.accept_body_signature);
  if (const auto code = section.integer("success_code", 200, 299)) {
    callbacks.success_code = static_cast<int>(*code);
  }
  section.refuse_unknown();
}

constexpr std::string_view file_scheme = "unix:";

// One socket file, or a port that nobody outside this machine reaches.
bool is_local(std::string_view listen) {
  if (listen.starts_with(file_scheme)) return listen.size() > file_scheme.size();
  const bool loopback = listen.starts_with("127.") || listen.starts_with("[::1]:");
  return loopback && is_host_and_port(listen);
}

void read_api(Section& root, Reading& reading) {
  const Value* table = root.table("api");
  if (table == nullptr) return;
  Section section = reading.section(*table, "[api]");
  ApiSettings& api = reading.settings.api;
  api.listen = "127.0.0.1:8080";
  if (const auto listen = section.text("listen")) {
    if (!is_local(listen->value)) {
      section.complain("listen",
                       "listen " + in_quotes(listen->value) +
                           " is neither a port of a loopback address nor a socket file",
                       "The API is for this machine alone: write one such as \"127.0.0.1:8080\", "
                       "\"[::1]:8080\" or \"unix:/run/recycled/api.sock\"");
    } else if (listen->value.starts_with(file_scheme)) {
      const auto file = reading.resolve(listen->value.substr(file_scheme.size()));
      api.listen = std::string(file_scheme) + std::filesystem::absolute(file).string();
    } else {
      api.listen = listen->value;
    }
  }
  if (const auto token = section.required("token_file")) {
    api.token_file = reading.resolve_secret(section, *token);
  }
  section.refuse_unknown();
}

void read_metrics(Section& root, Reading& reading) {
  const Value* table = root.table("metrics");
  if (table == nullptr) return;
  Section section = reading.section(*table, "[metrics]");
  if (const auto file = section.text("file")) {
    reading.settings.metrics.file = reading.resolve(file->value);
    // What the collector of node_exporter reads.
    if (reading.settings.metrics.file.extension() != ".prom") {
      section.complain("file", "file " + in_quotes(file->value) + " does not end in .prom",
                       "Name one such as "
                       "\"/var/lib/prometheus/node-exporter/recycled.prom\": the collector reads "
                       "no other");
    }
  }
  section.refuse_unknown();
}

}  // namespace

void read_service(Section& root, Reading& reading) {
  read_store(root, reading);
  read_account(root, reading);
  read_callbacks(root, reading);
  read_api(root, reading);
  read_metrics(root, reading);
}

}  // namespace recycled::config
