// The command line of flexfactor-sim.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "flexfactor_sim_quirks.hpp"
#include "flexfactor_sim_service.hpp"

namespace CLI {
class App;
}

namespace recycled {

// The options as they are typed.
struct SimTyped {
  std::string listen = "127.0.0.1:0";
  std::string callback_url;
  std::string callback_host = "billing.example.com";
  std::string callback_ca;
  std::string callback_gap = "1s";
  int callback_tries = 6;
  std::string hmac_key_file;
  std::string app_key_file;
  std::string app_secret_file;
  std::string environment_key_file;
  std::string mid;
  std::uint64_t seed = 1;
  int approve = 60;
  int decline = 30;
  std::string delay = "200ms..2s";
  std::string expire_after;
  std::string late_after = "12h";
  std::string late_callback = "1h";
  std::string mode = "managed";
  std::string repeat_window = "24h";
  int callback_success = 0;
  SimQuirksTyped quirks;
  std::vector<std::string> faults;
  std::string tls_cert;
  std::string tls_key;
  std::string ready_file;
  bool live = false;
};

// Declares every option, with its help and the footer on steering and faults.
void declare_options(CLI::App& app, SimTyped& typed);

// Fault::invalid names the option and what it wants.
Result<SimOptions> read_options(const SimTyped& typed);

}  // namespace recycled
