#include "commands/verify.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/ensure.hpp"
#include "caller.hpp"
#include "commands/load_settings.hpp"
#include "commands/period.hpp"
#include "commands/progress.hpp"
#include "engine/desk.hpp"
#include "engine/pacer.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/drift_words.hpp"
#include "store/ledger.hpp"
#include "system/calendar.hpp"
#include "system/terminal.hpp"

namespace recycled {

namespace {

constexpr int stderr_number = 2;
// Long enough for the longest hand-over, its grace and the last look.
constexpr int usual_days = 35;
constexpr int page_size = 100;
constexpr int tries = 4;  // of a page that is not answered
constexpr Millis first_wait = std::chrono::seconds(1);
constexpr Millis longest_wait = std::chrono::seconds(30);

int refuse(const Error& error) {
  std::cerr << "recycled verify: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

// One gateway's orders against the ledger.
class Walk {
 public:
  Walk(Caller& caller, const config::Settings& settings, const GatewayId& gateway,
       report::ProviderComparison::Period period, Progress& progress)
      : progress_(progress),
        caller_(caller),
        settings_(settings),
        gateway_(gateway),
        provider_(*caller.providers().find(gateway)),
        pacer_(engine::rate_alone(settings.accounts.at(gateway).requests_per_second)),
        period_(period),
        comparison_(gateway) {}

  Result<void> run() {
    if (auto done = walk_theirs(); !done) return done;
    if (auto done = walk_ours(); !done) return done;
    return look_at_ledger([this](ports::LedgerReader& ledger) { find_lost(ledger); });
  }
  const report::ProviderComparison& comparison() const { return comparison_; }

 private:
  template <class Reply>
  Reply ask_once(const std::function<async::Task<Reply>()>& ask);
  template <class Reply, class Answered>
  Reply patiently(const std::function<async::Task<Reply>()>& ask, const Answered& answered);
  Result<void> walk_theirs();
  Result<void> walk_ours();
  Result<void> ask_about(const ports::StoredRecovery& ours);
  void find_lost(ports::LedgerReader& ledger);
  Result<void> look_at_ledger(const std::function<void(ports::LedgerReader&)>& look) {
    return store::read_ledger(address_of(settings_), look);
  }
  Failure unreachable(const std::string& why) const {
    return fail(Fault::unavailable, "gateway " + gateway_.str() + ": " + why);
  }

  void show_progress() { progress_.show(0, comparison_.compared() + comparison_.not_ours()); }

  Progress& progress_;
  Caller& caller_;
  const config::Settings& settings_;
  const GatewayId gateway_;
  ports::Provider& provider_;
  engine::Pacer pacer_;
  const report::ProviderComparison::Period period_;
  report::ProviderComparison comparison_;
};

// At the pace at which the gateway may be called, beside a service that is running.
template <class Reply>
Reply Walk::ask_once(const std::function<async::Task<Reply>()>& ask) {
  const ports::Clock& clock = caller_.clock();
  while (pacer_.room(clock.now()) == 0) {
    const auto opens_at = pacer_.opens_at(clock.now());
    ensure(opens_at.has_value(), "a rate alone opens by itself");
    caller_.wait(std::max(*opens_at - clock.now(), Millis(1)));
  }
  const Instant started_at = clock.now();
  pacer_.started(started_at);
  Reply reply = caller_.get<Reply>(ask);
  const auto pause = reply.retry_after ? std::min(*reply.retry_after, longest_wait) : Millis(0);
  pacer_.ended(reply.service, pause, started_at, clock.now(), 0);
  return reply;
}

// Asks again, a few times, for what is not answered: nothing is changed by asking.
template <class Reply, class Answered>
Reply Walk::patiently(const std::function<async::Task<Reply>()>& ask, const Answered& answered) {
  Reply reply = ask_once(ask);
  Millis wait = first_wait;
  for (int turn = 1; turn < tries && !answered(reply); ++turn) {
    caller_.wait(std::min(reply.retry_after.value_or(wait), longest_wait));
    wait *= 2;
    reply = ask_once(ask);
  }
  return reply;
}

Result<void> Walk::walk_theirs() {
  ports::ListQuery query;
  query.from = period_.from;
  query.to = period_.to;
  query.page_size = page_size;
  std::vector<ports::ListedOrder> last;
  for (;; ++query.page) {
    const auto reply = patiently<ports::ListReply>(
        [&] { return provider_.list(query); },
        [](const ports::ListReply& got) { return got.orders.has_value(); });
    if (!reply.orders) return unreachable(reply.why);
    if (reply.orders->empty()) return {};
    if (*reply.orders == last) return unreachable("every page of its list is the same");
    last = *reply.orders;
    auto taken = look_at_ledger(
        [&](ports::LedgerReader& ledger) { comparison_.take_page(ledger, *reply.orders); });
    if (!taken) return taken;
    show_progress();
  }
}

Result<void> Walk::walk_ours() {
  for (;;) {
    std::vector<ports::StoredRecovery> unseen;
    auto read = look_at_ledger([&](ports::LedgerReader& ledger) {
      unseen = comparison_.next_unseen(ledger, period_, page_size);
    });
    if (!read) return read;
    if (unseen.empty()) return {};
    for (const auto& ours : unseen) {
      if (auto asked = ask_about(ours); !asked) return asked;
    }
  }
}

Result<void> Walk::ask_about(const ports::StoredRecovery& ours) {
  const ProviderOrderId order = *ours.recovery.provider_order;
  const auto reply = patiently<ports::InquiryReply>(
      [&] { return provider_.inquire(order); },
      [](const ports::InquiryReply& got) { return got.news.has_value(); });
  if (!reply.news) return unreachable("order " + order.str() + ": " + reply.word);
  comparison_.take_inquiry(ours, *reply.news, reply.word);
  show_progress();
  return {};
}

void Walk::find_lost(ports::LedgerReader& ledger) {
  const auto installation = ledger.meta("installation");
  if (!installation) return;
  const InstallationId id(*installation);
  report::OrderNames names;
  names.of_cycle = [&id](const SubscriptionId& subscription, int cycle, int round) {
    return engine::order_id(id, subscription, cycle, round);
  };
  names.of_sale = [&id](const SaleId& sale, int round) {
    return engine::order_id(id, sale, round);
  };
  comparison_.find_lost(ledger, names);
}

report::Verification verify(Caller& caller, const config::Settings& settings,
                            report::ProviderComparison::Period period) {
  report::Verification verification;
  verification.from = period.from;
  verification.to = period.to;
  const bool terminal = system::is_terminal(stderr_number);
  const auto style = terminal ? Progress::Style::bar : Progress::Style::lines;
  Progress progress(std::cerr, style, caller.clock(), 0, "orders");
  for (const auto& [gateway, account] : settings.accounts) {
    Walk walk(caller, settings, gateway, period, progress);
    const auto done = walk.run();
    const auto& found = walk.comparison();
    verification.compared += found.compared();
    verification.not_ours += found.not_ours();
    verification.differences.insert(verification.differences.end(), found.differences().begin(),
                                    found.differences().end());
    if (!done) verification.unreachable = done.error().message;
  }
  progress.finish();
  return verification;
}

}  // namespace

int run_verify(const VerifyOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) return refuse(calendar.error());
  auto caller = Caller::make(*settings);
  if (!caller) return refuse(caller.error());
  const Instant now = (*caller)->clock().now();
  const Period usual{(*calendar)->add_days(now, -usual_days), now};
  const auto period = read_period(options.from, options.to, **calendar, usual);
  if (!period) {
    std::cerr << "recycled verify: " << period.error().message << '\n';
    return to_int(ExitCode::usage);
  }
  const auto verification = verify(**caller, *settings, {period->from, period->to});
  std::cout << (options.output == Output::json ? to_json(verification) : to_text(verification));
  if (!verification.unreachable.empty()) {
    std::cerr << "recycled verify: not finished: " << verification.unreachable << '\n';
    return to_int(ExitCode::failed);
  }
  return to_int(verification.differences.empty() ? ExitCode::done : ExitCode::needs_person);
}

}  // namespace recycled
