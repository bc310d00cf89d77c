#include "commands/stored_plan.hpp"

#include <iostream>
#include <optional>

#include "base/card_number.hpp"

namespace recycled {
namespace {

std::string so_far(std::size_t handed_over) {
  return handed_over == 0 ? "nothing was handed over"
                          : std::to_string(handed_over) + " had been handed over before";
}

}  // namespace

Result<std::string> keep_plan(OpenedLedger& ledger, const report::Plan& plan) {
  const std::string content = report::content_of(plan);
  const ports::DryRun run{report::digest_of(content), ledger.now(), content};
  const auto kept = ledger.write([&run](ports::LedgerTx& tx) {
    tx.keep_dry_run(run);
    tx.forget_dry_runs(run.made_at - ports::dry_runs_are_kept);
  });
  if (!kept) return Failure(kept.error());
  return run.digest;
}

Result<report::Plan> stored_plan(OpenedLedger& ledger, const std::string& command,
                                 const std::string& digest) {
  std::optional<ports::DryRun> run;
  const auto read = ledger.write([&](ports::LedgerTx& tx) { run = tx.dry_run(digest); });
  if (!read) return Failure(read.error());
  if (!run || report::digest_of(run->content) != digest) {
    return fail(Fault::not_found, "no dry run of the last 30 days said plan " +
                                      hide_card_numbers(digest) + "; nothing was handed over");
  }
  auto plan = report::plan_of(run->content);
  if (plan && plan->command != command) {
    return fail(Fault::not_found,
                "plan " + digest + " is one of a " + plan->command + "; nothing was handed over");
  }
  return plan;
}

int refuse(const std::string& command, const std::string& message, ExitCode code) {
  std::cerr << "recycled " << command << ": " << message << '\n';
  return to_int(code);
}

int refuse(const std::string& command, const Error& error) {
  return refuse(command, error.message, exit_code_of(error));
}

int refuse_after(const std::string& command, const Error& error, std::size_t handed_over) {
  return refuse(command, error.message + "; " + so_far(handed_over), exit_code_of(error));
}

int refuse_stopped(const std::string& command, std::size_t handed_over, std::size_t not_reached) {
  const std::string left =
      not_reached == 0 ? "" : ", " + std::to_string(not_reached) + " were not reached";
  return refuse(command,
                "stopped: " + so_far(handed_over) + left + "; the same command does the rest",
                ExitCode::failed);
}

int refuse_plan(const std::string& command, Output output, const std::string& digest,
                const std::vector<report::PlanChange>& changes, std::size_t handed_over) {
  std::cout << (output == Output::json ? to_json(digest, changes) : to_text(changes));
  return refuse(command,
                "plan " + digest + " is not what would happen now, and " + so_far(handed_over) +
                    "; a new dry run gives a new plan",
                ExitCode::failed);
}

}  // namespace recycled
