#include "commands/import.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <utility>

#include "base/failpoint.hpp"
#include "commands/load_settings.hpp"
#include "commands/progress.hpp"
#include "commands/reject_file.hpp"
#include "engine/accept.hpp"
#include "exit_code.hpp"
#include "intake/card_guard.hpp"
#include "intake/import_json.hpp"
#include "intake/importer.hpp"
#include "system/clock.hpp"
#include "system/signals.hpp"
#include "system/terminal.hpp"
#include "tokenizers.hpp"
#include "wiring.hpp"

namespace recycled {

namespace {

using engine::Accepted;
using engine::every_accepted;

constexpr std::int64_t most_listed = 20;
constexpr int stderr_number = 2;

struct Counts {
  std::array<std::int64_t, every_accepted.size()> by_result{};

  std::int64_t& of(Accepted accepted) { return by_result[static_cast<std::size_t>(accepted)]; }
};

// Thrown out of a dry run's transaction, so that the ledger undoes it.
struct DryRunDone {};

// One batch in one transaction, each item by engine::accept_…. Counted anew each time it runs: the
// ledger may run it twice.
template <class Item, auto accept>
Result<void> write_batch(OpenedLedger& ledger, const std::vector<Item>& batch, ImportMode mode,
                         Counts& total) {
  Counts counts;
  const Instant now = ledger.now();
  const ports::LedgerWork work = [&](ports::LedgerTx& tx) {
    counts = total;
    for (const Item& item : batch) ++counts.of(accept(tx, item, ledger.desk(), now));
    if (mode == ImportMode::dry_run) throw DryRunDone();
    may_die_at(Failpoint::import_written);
  };
  try {
    auto written = ledger.write(work);
    if (!written) return written;
    may_die_at(Failpoint::import_committed);
  } catch (const DryRunDone&) {
  }
  total = counts;
  return {};
}

std::int64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

class ImportRun {
 public:
  // `tokens` is null where no card number is read.
  ImportRun(const ImportOptions& options, OpenedLedger& ledger, ImportTokens* tokens,
            std::istream& in, const intake::RowReader& rows)
      : options_(options),
        ledger_(ledger),
        tokens_(tokens),
        in_(in),
        rejected_(name_of_rejects(options), intake::mask_card_numbers(rows.header())),
        progress_(std::cerr, style(), clock_, size_of(options.file)) {}

  int run(intake::RowReader& rows) {
    const intake::RecordRules rules{ledger_.desk().rules(), ledger_.desk().calendar(),
                                    ledger_.now(), options_.tokenizing};
    const auto summary = options_.what == ImportOf::orders
                             ? intake::import_sales(rows, rules, hooks(),
                                                    sink<billing::Sale, &engine::accept_sale>())
                             : intake::import_subscriptions(
                                   rows, rules, hooks(),
                                   sink<billing::Subscription, &engine::accept_subscription>());
    progress_.finish();
    if (!summary) return failed(summary.error());
    print(*summary);
    return to_int(summary->rejected > 0 ? ExitCode::needs_person : ExitCode::done);
  }

 private:
  static std::filesystem::path name_of_rejects(const ImportOptions& options) {
    auto file = options.file == "-" ? std::filesystem::path("stdin") : options.file;
    return file += ".rejected";
  }
  static Progress::Style style() {
    return system::is_terminal(stderr_number) ? Progress::Style::bar : Progress::Style::lines;
  }

  intake::ImportHooks hooks() {
    intake::ImportHooks hooks;
    hooks.tokenize = [this](std::vector<intake::ImportCard>& cards) { return tokenize(cards); };
    hooks.on_reject = [this](const intake::Reject& reject) { take(reject); };
    hooks.on_progress = [this](const intake::ImportSummary& summary) {
      const auto at = in_.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in);
      progress_.show(static_cast<std::int64_t>(at), summary.read);
    };
    return hooks;
  }

  template <class Item, auto accept>
  intake::Sink<Item> sink() {
    return [this](std::vector<Item> batch) {
      return write_batch<Item, accept>(ledger_, batch, options_.mode, counts_);
    };
  }

  // A dry run calls nobody, and takes every card for a good one.
  Result<void> tokenize(std::vector<intake::ImportCard>& cards) {
    if (options_.mode == ImportMode::write) return tokens_->tokenize(cards);
    for (intake::ImportCard& card : cards) card.card.reset();
    return {};
  }

  void take(const intake::Reject& reject) {
    if (listed_ < most_listed) {
      progress_.finish();
      std::cerr << "line " << reject.line << ": " << reject.reason << '\n';
    } else if (listed_ == most_listed) {
      std::cerr << "more rows were rejected; they are not listed here\n";
    }
    ++listed_;
    if (options_.mode == ImportMode::write) rejected_.add(reject);
  }

  int failed(const Error& error) {
    std::cerr << "recycled import: " << options_.file.string() << ": " << error.message << '\n';
    std::int64_t taken = 0;
    for (const std::int64_t count : counts_.by_result) taken += count;
    if (taken > 0 && options_.mode == ImportMode::write) {
      std::cerr << taken << " rows had gone in before; importing the file again is harmless\n";
    }
    return to_int(exit_code_of(error));
  }

  void print(const intake::ImportSummary& summary) {
    for (const std::string& name : summary.unknown_fields) {
      std::cerr << "unknown column '" << name << "' was not read"
                << (intake::is_verification_value(name)
                        ? ": verification values may not be stored; leave it out of the export\n"
                        : "\n");
    }
    if (summary.rejected > 0 && options_.mode == ImportMode::write) {
      std::cerr << (rejected_.is_whole() ? "rejected rows are in " : "could not write all of ")
                << rejected_.file().string()
                << (rejected_.is_whole() ? "\n"
                                         : "; from a folder that this user may write in, import it "
                                           "again, which is harmless\n");
    }
    if (options_.output == Output::json) {
      print_json(summary);
    } else {
      print_text(summary);
    }
  }

  void print_text(const intake::ImportSummary& summary) {
    std::cout << (options_.mode == ImportMode::dry_run ? "Dry run, nothing was changed: " : "");
    std::cout << summary.read << " rows read";
    for (const Accepted accepted : every_accepted) {
      if (accepted == Accepted::withdrawing && counts_.of(accepted) == 0) continue;
      std::cout << ", " << counts_.of(accepted) << ' ' << engine::to_text(accepted);
    }
    std::cout << ", " << summary.rejected << " rejected\n";
  }

  void print_json(const intake::ImportSummary& summary) {
    intake::ImportReport report{options_.mode, summary, {}, {}};
    for (const Accepted accepted : every_accepted) {
      report.results.emplace_back(engine::to_text(accepted), counts_.of(accepted));
    }
    if (summary.rejected > 0 && options_.mode == ImportMode::write) {
      report.rejected_file = rejected_.file().string();
    }
    std::cout << intake::to_json(report) << '\n';
  }

  const ImportOptions& options_;
  OpenedLedger& ledger_;
  ImportTokens* tokens_;
  std::istream& in_;
  system::SystemClock clock_;
  RejectFile rejected_;
  Progress progress_;
  Counts counts_;
  std::int64_t listed_ = 0;
};

int refuse(const ImportOptions& options, const Error& error) {
  std::cerr << "recycled import: " << options.file.string() << ": " << error.message << '\n';
  return to_int(exit_code_of(error));
}

// A subscription's card goes where its recycle profile hands over to, an order's to the one account
// there is, unless --gateway says where.
Result<std::unique_ptr<ImportTokens>> make_tokens(const ImportOptions& options,
                                                  const config::Settings& settings) {
  auto account = options.tokenizing->gateway;
  if (options.what == ImportOf::orders && !account) {
    account = billing::sole_flexfactor(settings.rules);
    if (!account) {
      return fail(Fault::invalid,
                  "the config does not have exactly one FlexFactor gateway; name the one whose "
                  "account makes the tokens with --gateway");
    }
  }
  return ImportTokens::make(settings, account);
}

}  // namespace

int run_import(const ImportOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::unique_ptr<ImportTokens> tokens;
  if (options.tokenizing) {
    system::ignore_broken_pipes();
    auto made = make_tokens(options, *settings);
    if (!made) {
      std::cerr << "recycled import --tokenize: " << made.error().message << '\n';
      return to_int(ExitCode::config_invalid);
    }
    tokens = std::move(*made);
  }
  const bool from_stdin = options.file == "-";
  std::ifstream file;
  if (!from_stdin) file.open(options.file, std::ios::binary);
  if (!from_stdin && (!file || std::filesystem::is_directory(options.file))) {
    return refuse(options, {Fault::not_found, "cannot be read"});
  }
  std::istream& in = from_stdin ? std::cin : file;
  auto rows = intake::open_rows(in);
  if (!rows) return refuse(options, rows.error());
  const bool dry = options.mode == ImportMode::dry_run;
  auto ledger = open_ledger(*settings, dry ? LedgerUse::look : LedgerUse::write);
  if (!ledger) return refuse(options, ledger.error());
  return ImportRun(options, **ledger, tokens.get(), in, **rows).run(**rows);
}

}  // namespace recycled
