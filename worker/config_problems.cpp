#include "config_problems.hpp"

#include <filesystem>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "callback_keys.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "providers.hpp"

namespace recycled {
namespace {

using config::Problem;
using Problems = std::vector<Problem>;

void check_store(const config::Settings& settings, Problems& problems) {
  namespace fs = std::filesystem;
  const fs::path& file = settings.store_path;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  std::error_code error;
  if (fs::is_directory(file, error)) {
    problems.push_back({0, "[store] url", file.string() + " is a folder", "Name a file in it"});
  } else if (!fs::is_directory(folder, error)) {
    problems.push_back({0, "[store] url", "there is no folder " + folder.string(),
                        "Make it, readable for the service's user alone"});
  }
}

// As a run would connect: the address, and the certificates that count.
void check_addresses(const config::Settings& settings, Problems& problems) {
  boost::asio::io_context io;
  for (const auto& [gateway, account] : settings.accounts) {
    const auto client = http::Client::make(io.get_executor(), wire_settings(settings, account));
    if (client) continue;
    problems.push_back({0, "[[gateway]] \"" + gateway.str() + "\"", client.error().message,
                        "Mend the address or "
                        "the ca_file"});
  }
}

void check_listener(const config::Settings& settings, const ports::Calendar& calendar,
                    CivilDate today, Problems& problems) {
  const auto keys = read_callback_keys(settings, calendar);
  if (!keys) problems.push_back({0, "hmac_signing_key_files", keys.error().message, ""});
  const auto days = config::check_signing_days(settings, today);
  problems.insert(problems.end(), days.begin(), days.end());
  if (settings.callbacks.public_host.empty()) return;
  const auto listen = http::check_listen(settings.callbacks.listen);
  if (!listen) {
    problems.push_back({0, "[callbacks] listen", listen.error().message,
                        "Write an address, not a name, such as \"127.0.0.1:8443\""});
  }
}

}  // namespace

Problems problems_outside(const config::Settings& settings, const ports::Calendar& calendar,
                          CivilDate today) {
  Problems problems = config::check_secret_files(settings);
  // Keys that cannot be read have been named already.
  if (problems.empty()) check_listener(settings, calendar, today, problems);
  if (const auto& tls = settings.callbacks.tls) {
    const auto usable = http::check_identity({tls->certificate, tls->private_key});
    if (!usable) problems.push_back({0, "[callbacks] tls", usable.error().message, ""});
  }
  check_addresses(settings, problems);
  check_store(settings, problems);
  return problems;
}

}  // namespace recycled
