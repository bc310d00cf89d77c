#include "commands/migrate.hpp"

#include <iostream>
#include <memory>
#include <utility>

#include "commands/load_settings.hpp"
#include "config/store_url.hpp"
#include "engine/seal.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "store/move.hpp"
#include "system/clock.hpp"
#include "system/run_lock.hpp"
#include "system/user.hpp"

namespace recycled {
namespace {

int refuse(const Error& error) {
  std::cerr << "recycled migrate: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

// Beside the config, as a config's own words are meant.
store::Address address_in(const config::StoreUrl& url, const std::filesystem::path& config) {
  store::Address address;
  address.url = url.database;
  if (!url.file.empty()) {
    address.file = std::filesystem::weakly_canonical(config.parent_path() / url.file);
  }
  return address;
}

// What it will be sealed to. A file keeps its identity when it gets its name.
engine::Place place_there(const config::Settings& settings, const store::Address& to) {
  store::Address now = to;
  if (to.is_file()) now.file = store::unfinished(to.file);
  engine::Place place = place_of(settings, now);
  place.remembered.reset();
  return place;
}

void print(const store::MovePass& pass) {
  std::cout << (pass.is_last ? "nobody writes: " : "beside whoever works on it: ")
            << pass.copied.rows << " rows compared, " << pass.copied.written << " written"
            << std::endl;
}

}  // namespace

int run_migrate(const MigrateOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const config::StoreUrl url = config::parse_store_url(options.to);
  if (!url.problem.empty()) {
    std::cerr << "recycled migrate: --to: " << url.problem << ". " << url.advice << '\n';
    return to_int(ExitCode::usage);
  }
  const system::SystemClock clock;
  store::Move move;
  move.from = address_of(*settings);
  move.to = address_in(url, options.config);
  move.name = move.to.is_file() ? "sqlite:" + move.to.file.string() : move.to.url;
  move.by = system::process_name() + ", " + to_iso8601(clock.now());
  std::unique_ptr<system::RunLock> lock;
  if (move.to.is_file()) {
    auto taken = system::RunLock::take(move.to.file);
    if (!taken) return refuse(taken.error());
    lock = std::move(*taken);
  }
  move.settle_in = [&](ports::LedgerTx& tx) {
    engine::put_seal(tx, place_there(*settings, move.to));
  };
  move.on_pass = print;
  const auto moved = store::move_ledger(move, clock);
  if (!moved) return refuse(moved.error());
  std::cout << "moved: every page is the same there, and the old ledger takes no more\n"
               "Write into "
            << options.config.string() << ", and start the service again:\n  [store]\n  url = \""
            << move.name << "\"\n";
  return to_int(ExitCode::done);
}

}  // namespace recycled
