#include "commands/init.hpp"

#include <iostream>

#include "commands/load_settings.hpp"
#include "config/template.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "system/files.hpp"
#include "wiring.hpp"

namespace recycled {

namespace {

Result<void> make_folders(const std::filesystem::path& folder) {
  std::error_code error;
  const auto secrets = folder / "secrets";
  std::filesystem::create_directories(secrets, error);
  if (!error) {
    std::filesystem::permissions(secrets, std::filesystem::perms::owner_all, error);
  }
  if (error) return fail(Fault::store, secrets.string() + ": " + error.message());
  return {};
}

// Everything up to the ledger, which open_ledger makes where there is none.
Result<void> make_install(const std::filesystem::path& folder) {
  const auto file = folder / "recycled.toml";
  if (std::filesystem::exists(file)) {
    return fail(Fault::invalid, file.string() + " is already there; nothing was changed");
  }
  if (auto made = make_folders(folder); !made) return made;
  return system::write_file(file, config::config_template, system::Access::everyone_reads);
}

int failed(const Error& error) {
  std::cerr << "recycled init: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

}  // namespace

int run_init(const InitOptions& options) {
  const auto file = options.folder / "recycled.toml";
  if (auto made = make_install(options.folder); !made) return failed(made.error());
  const auto settings = load_settings(file);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto ledger = open_ledger(*settings);
  if (!ledger) return failed(ledger.error());
  std::cout << "Wrote " << file.string() << " and an empty ledger, "
            << text_of(address_of(*settings)) << ".\n"
            << "Next: edit the config, put each secret into its own file (chmod 600) in "
            << (options.folder / "secrets").string() << ", then run\n"
            << "  recycled check --config " << file.string() << '\n';
  return to_int(ExitCode::done);
}

}  // namespace recycled
