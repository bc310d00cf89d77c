#include "commands/rerun.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <utility>

#include "caller.hpp"
#include "commands/load_settings.hpp"
#include "commands/period.hpp"
#include "engine/rerun.hpp"
#include "exit_code.hpp"
#include "report/rerun.hpp"
#include "store/ledger.hpp"
#include "system/calendar.hpp"
#include "system/files.hpp"
#include "wiring.hpp"

namespace recycled {
namespace {

using report::RerunItem;
using Orders = std::vector<std::string>;

constexpr std::size_t largest_file = std::size_t{64} * 1024 * 1024;
constexpr int page = 500;  // orders in one transaction

int refuse(const std::string& message, ExitCode code) {
  std::cerr << "recycled rerun: " << message << '\n';
  return to_int(code);
}

// An id a line; blank lines and what follows a # do not count.
Orders ids_in(std::istream& lines) {
  Orders ids;
  for (std::string line; std::getline(lines, line);) {
    line.erase(std::min(line.find('#'), line.size()));
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    ids.push_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
  }
  return ids;
}

Result<Orders> orders_of_file(const std::string& file) {
  if (file == "-") return ids_in(std::cin);
  const auto text = system::read_file(file, largest_file);
  if (!text) return Failure(text.error());
  std::istringstream lines(*text);
  return ids_in(lines);
}

Orders orders_declined(ports::LedgerReader& ledger, Period period) {
  Orders ids;
  SaleKey after;
  for (bool more = true; more;) {
    const auto some = ledger.sales_declined(period.from, period.to, after, page);
    more = some.size() == page;
    for (const ports::StoredSale& stored : some) ids.push_back(stored.sale.id.str());
    if (!some.empty()) after = some.back().key;
  }
  return ids;
}

RerunItem item_of(const std::string& order, engine::RerunClaim claim) {
  RerunItem item;
  item.order = order;
  if (auto* refusal = std::get_if<billing::SaleRefusal>(&claim)) {
    item.refusal = std::move(*refusal);
  } else {
    item.taken = std::move(std::get<ports::StoredRecovery>(claim));
  }
  return item;
}

RerunItem one(ports::LedgerTx& tx, const std::string& order, const GatewayId& at, RerunMode mode,
              const engine::Desk& desk, Instant now) {
  const auto sale = tx.sale(SaleId(order));
  if (!sale) return RerunItem{order, std::nullopt, std::nullopt};
  auto claim = mode == RerunMode::dry_run ? engine::plan_rerun(tx, *sale, at, desk, now)
                                          : engine::claim_rerun(tx, *sale, at, desk, now);
  return item_of(order, std::move(claim));
}

Result<std::vector<RerunItem>> rerun_all(const Orders& orders, const GatewayId& at, RerunMode mode,
                                         OpenedLedger& ledger) {
  std::vector<RerunItem> items;
  for (std::size_t first = 0; first < orders.size(); first += page) {
    const std::size_t last = std::min(orders.size(), first + page);
    std::vector<RerunItem> some;
    const auto done = ledger.write([&](ports::LedgerTx& tx) {
      some.clear();  // it may run twice
      for (std::size_t i = first; i < last; ++i) {
        some.push_back(one(tx, orders[i], at, mode, ledger.desk(), ledger.now()));
      }
    });
    if (!done) return Failure(done.error());
    std::move(some.begin(), some.end(), std::back_inserter(items));
  }
  return items;
}

int print(const std::vector<RerunItem>& items, const RerunOptions& options) {
  const auto tense =
      options.mode == RerunMode::dry_run ? report::RerunTense::would_be : report::RerunTense::done;
  std::cout << (options.output == Output::json ? to_json(items, tense) : to_text(items, tense));
  const auto taken =
      std::ranges::count_if(items, [](const RerunItem& item) { return item.taken.has_value(); });
  if (taken == std::ssize(items)) return to_int(ExitCode::done);
  return to_int(taken == 0 ? ExitCode::failed : ExitCode::needs_person);
}

}  // namespace

int run_rerun(const RerunOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto at = options.gateway.empty() ? billing::sole_flexfactor(settings->rules)
                                          : std::optional<GatewayId>(options.gateway);
  if (!at) {
    return refuse(
        "name the gateway with --gateway: the config does not have exactly one "
        "FlexFactor gateway",
        ExitCode::usage);
  }
  const auto caller = Caller::make(*settings);
  if (!caller) return refuse(caller.error().message, exit_code_of(caller.error()));
  Orders orders = options.orders;
  if (!options.file.empty()) {
    auto listed = orders_of_file(options.file);
    if (!listed) return refuse(listed.error().message, ExitCode::usage);
    orders = std::move(*listed);
  }
  // Read first: a ledger that is not there is not to be made.
  std::optional<Error> no_period;
  const auto read = store::read_ledger(settings->store_path, [&](ports::LedgerReader& ledger) {
    if (options.from.empty() && options.to.empty()) return;
    const auto calendar = system::ZoneCalendar::make(settings->time_zone);
    const Period ever{from_millis(0), (*caller)->clock().now()};
    const auto period = read_period(options.from, options.to, **calendar, ever);
    if (period) {
      orders = orders_declined(ledger, *period);
    } else {
      no_period = period.error();
    }
  });
  if (!read) return refuse(read.error().message, exit_code_of(read.error()));
  if (no_period) return refuse(no_period->message, ExitCode::usage);
  const auto ledger = open_ledger(*settings, LedgerUse::write, &(*caller)->providers());
  if (!ledger) return refuse(ledger.error().message, exit_code_of(ledger.error()));
  const auto items = rerun_all(orders, *at, options.mode, **ledger);
  if (!items) return refuse(items.error().message, exit_code_of(items.error()));
  return print(*items, options);
}

}  // namespace recycled
