#include "commands/rerun_orders.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <utility>

#include "commands/period.hpp"
#include "installation.hpp"
#include "system/calendar.hpp"
#include "system/files.hpp"

namespace recycled {
namespace {

using Orders = std::vector<std::string>;

constexpr std::size_t largest_file = std::size_t{64} * 1024 * 1024;
constexpr int page = 500;

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
  if (!text) return fail(Fault::invalid, text.error().message);
  std::istringstream lines(*text);
  return ids_in(lines);
}

Orders orders_declined(ports::LedgerReader& ledger, Period period) {
  Orders ids;
  ports::DueCursor after{period.from, 0};
  for (bool more = true; more;) {
    const auto some = ledger.sales_declined(period.to, after, page);
    more = some.size() == page;
    for (const ports::StoredSale& stored : some) {
      ids.push_back(stored.sale.id.str());
      after = {stored.sale.declined->at, stored.key.value()};
    }
  }
  return ids;
}

}  // namespace

Result<Orders> orders_asked_for(const RerunOptions& options, const config::Settings& settings,
                                Instant now) {
  Result<Orders> orders = options.orders;
  if (!options.file.empty()) orders = orders_of_file(options.file);
  if (!orders) return orders;
  std::optional<Period> period;
  if (!options.from.empty() || !options.to.empty()) {
    const auto calendar = system::ZoneCalendar::make(settings.time_zone);
    if (!calendar) return Failure(calendar.error());
    const auto typed = read_period(options.from, options.to, **calendar, {from_millis(0), now});
    if (!typed) return Failure(typed.error());
    period = *typed;
  }
  const auto read = look_at_ledger(settings, [&](ports::LedgerReader& ledger) {
    if (period) orders = orders_declined(ledger, *period);
  });
  if (!read) return Failure(read.error());
  std::ranges::sort(*orders);
  const auto twice = std::ranges::unique(*orders);
  orders->erase(twice.begin(), twice.end());
  return orders;
}

}  // namespace recycled
