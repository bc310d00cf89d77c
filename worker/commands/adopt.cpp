#include "commands/adopt.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "commands/load_settings.hpp"
#include "engine/seal.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/pause.hpp"
#include "store/ledger.hpp"
#include "store/mark.hpp"
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

// Whether it is one that knows nothing of what the ledger of this place had handed over.
bool is_empty_beside(const ports::AuditHead& head, const engine::Place& here) {
  return head.rows == 0 && here.remembered && here.remembered->rows > 0;
}

void print(const std::vector<std::string>& broken, const ports::Pause& pause,
           const ports::AuditHead& head, const engine::Place& here) {
  for (const std::string& one : broken) std::cout << "it was sealed: " << one << '\n';
  std::cout << "adopted: the ledger is at home here from now on\npaused: "
            << report::line_of(pause);
  if (is_empty_beside(head, here)) {
    std::cout
        << "Beware: nothing that was handed over before is in it. Unless it is a backup of the "
           "same ledger, its order ids are others, and nobody can tell what is open or charged: "
           "leave the pause until all that was handed over has ended, 21 days at most\n";
  } else if (head.rows == 0) {
    std::cout << "It has handed over nothing yet. Let go of the pause: recycled resume\n";
    return;
  }
  std::cout
      << "Until `recycled resume` nothing leaves but questions. Do this first:\n"
         "  1. import your present exports\n"
         "  2. recycled verify --provider --from DATE, the day of the backup: what was handed "
         "over since and is not in it\n"
         "  3. recycled once: what is open is asked about\n"
         "  4. the same comparison, until there is nothing left that you have not seen to\n";
}

}  // namespace

int run_adopt(const AdoptOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  if (!settings->store_url.empty()) {
    return refuse({Fault::invalid,
                   "a database is at home on every machine: there is nothing to adopt. After a "
                   "restore of the server pause, and compare: recycled verify --provider"});
  }
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
  const engine::Place here = place_of(*settings, address_of(*settings));
  std::vector<std::string> broken;
  std::optional<std::string> objection;
  ports::Pause pause;
  ports::AuditHead head;
  const auto done = (*ledger)->write_now([&](ports::LedgerTx& tx) {
    broken = engine::broken_seal(tx, here);
    if (options.restored) broken.emplace_back("an older ledger was put in its place, as was said");
    objection = engine::objection_to_adoption(tx, here);
    if (broken.empty() || objection) return;
    pause = engine::adopt(tx, here, system::user_name(), reason_of(broken), clock.now());
    head = tx.audit_head();
  });
  if (!done) return refuse(done.error());
  if (objection) return refuse({Fault::away, *objection});
  if (broken.empty()) {
    std::cout << "the ledger is at home here: there is nothing to adopt\n";
    return to_int(ExitCode::done);
  }
  (*ledger)->mark(head);
  if (store::read_mark(settings->store_path) != head) {
    return refuse({Fault::store, settings->store_path.string() + ".mark cannot be written by " +
                                     system::user_name() + ": delete it, and adopt again"});
  }
  print(broken, pause, head, here);
  return to_int(ExitCode::done);
}

}  // namespace recycled
