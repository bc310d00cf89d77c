#include "commands/adopt.hpp"

#include <iostream>
#include <string>
#include <vector>

#include "commands/load_settings.hpp"
#include "engine/seal.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/pause.hpp"
#include "store/ledger.hpp"
#include "system/clock.hpp"
#include "system/run_lock.hpp"
#include "system/user.hpp"

namespace recycled {
namespace {

int refuse(const Error& error) {
  std::cerr << "recycled adopt: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

std::string reason_of(const std::vector<std::string>& broken) {
  std::string text = "adopted";
  for (const std::string& one : broken) text += (&one == &broken.front() ? ": " : "; ") + one;
  return text;
}

void print(const std::vector<std::string>& broken, const ports::Pause& pause,
           const ports::AuditHead& head) {
  for (const std::string& one : broken) std::cout << "it was sealed: " << one << '\n';
  std::cout << "adopted: the ledger is at home here from now on\npaused: "
            << report::line_of(pause);
  if (head.rows == 0) {
    std::cout << "It has handed over nothing yet. Let go of the pause: recycled resume\n";
    return;
  }
  std::cout << "Nothing new is handed over. What is open is asked about by `recycled run` or "
               "`once`.\nFind what was handed over and is not in it: recycled verify --provider "
               "--from DATE\nOnce there is nothing left that you have not seen to: recycled "
               "resume\n";
}

}  // namespace

int run_adopt(const AdoptOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  if (!std::filesystem::exists(settings->store_path)) {
    return refuse({Fault::not_found, "there is no ledger at " + settings->store_path.string() +
                                         ": put the one that is to go on there first"});
  }
  const auto lock = system::RunLock::take(settings->store_path);
  if (!lock) return refuse(lock.error());
  const system::SystemClock clock;
  const auto ledger =
      store::SqliteLedger::open(settings->store_path, store::Executor::inline_, clock.now());
  if (!ledger) return refuse(ledger.error());
  const engine::Place here = place_of(*settings, settings->store_path);
  std::vector<std::string> broken;
  ports::Pause pause;
  ports::AuditHead head;
  bool is_needed = false;
  const auto done = (*ledger)->write_now([&](ports::LedgerTx& tx) {
    broken = engine::broken_seal(tx, here);
    if (options.restored) broken.emplace_back("an older ledger was put in its place, as was said");
    is_needed = !broken.empty();
    if (!is_needed) return;
    pause = engine::adopt(tx, here, system::user_name(), reason_of(broken), clock.now());
    head = tx.audit_head();
  });
  if (!done) return refuse(done.error());
  if (!is_needed) {
    std::cout << "the ledger is at home here: there is nothing to adopt\n";
    return to_int(ExitCode::done);
  }
  (*ledger)->mark(head);
  print(broken, pause, head);
  return to_int(ExitCode::done);
}

}  // namespace recycled
