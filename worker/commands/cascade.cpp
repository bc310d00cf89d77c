#include "commands/cascade.hpp"

#include <iostream>
#include <iterator>
#include <utility>

#include "caller.hpp"
#include "commands/load_settings.hpp"
#include "commands/stored_plan.hpp"
#include "engine/cascade.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "intake/json_batch.hpp"
#include "report/cascade.hpp"
#include "store/ledger.hpp"
#include "system/calendar.hpp"
#include "system/entropy.hpp"
#include "system/files.hpp"

namespace recycled {
namespace {

constexpr const char* command = "cascade";
constexpr std::size_t largest_order = std::size_t{64} * 1024;
constexpr intake::BatchForm one_order{"cascades", 1};

Result<std::string> text_of(const std::string& file) {
  if (file != "-") return system::read_file(file, largest_order);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

std::string problems_of(const std::vector<intake::FieldProblem>& problems) {
  std::string text;
  for (const intake::FieldProblem& problem : problems) {
    text += (text.empty() ? "" : "; ") + problem.field + (problem.field.empty() ? "" : " ") +
            problem.what;
  }
  return text;
}

Result<billing::Sale> order_in(const std::string& text, const intake::RecordRules& rules) {
  const auto rows = intake::read_batch(text, one_order);
  if (!rows) return fail(Fault::invalid, rows.error().what);
  if (rows->empty()) return fail(Fault::invalid, "there is no order in it");
  auto record = intake::judge_sale(rows->front(), rules);
  if (!record.problems.empty()) return fail(Fault::invalid, problems_of(record.problems));
  return std::move(record.item);
}

// The answer is shown as soon as it is there: a shopper waits. What has to be taken back at
// FlexFactor is taken back after that.
async::Task<Result<engine::CascadeAnswer>> ask(engine::Cascades& cascades, billing::Sale sale,
                                               Output output) {
  const SaleId id = sale.id;
  auto answer = co_await cascades.ask(std::move(sale));
  if (answer) {
    std::cout << (output == Output::json ? report::to_json(id, *answer)
                                         : report::to_text(id, *answer))
              << std::flush;
  }
  co_await cascades.join();
  co_return answer;
}

// What the use case needs, beside a service that may be running on the same ledger.
class Desk {
 public:
  Desk(const config::Settings& settings, Caller& caller, std::unique_ptr<store::OpenLedger> ledger,
       std::unique_ptr<ports::Calendar> calendar, InstallationId installation)
      : caller_(caller),
        ledger_(std::move(ledger)),
        calendar_(std::move(calendar)),
        alarms_(caller.executor(), caller.clock()),
        desk_{std::move(installation), engine::Planner(settings.rules, *calendar_),
              caller.providers()},
        context_{desk_, caller.clock(), entropy_, *ledger_, caller.log()},
        cascades_(context_, alarms_, caller.executor(), ears()) {}

  Result<engine::CascadeAnswer> cascade(const billing::Sale& sale, Output output) {
    using Answer = Result<engine::CascadeAnswer>;
    std::function<async::Task<Answer>()> work = [this, &sale, output] {
      return ask(cascades_, sale, output);
    };
    return caller_.get<Answer>(std::move(work));
  }

 private:
  // The calls are too few to pace; the decisions go to the log.
  engine::CascadeEars ears() {
    return {[](const ports::StoredRecovery&) {}, [](const GatewayId&, const engine::Ended&) {},
            [this](const Result<engine::Applied>& applied) {
              if (applied) engine::tell(caller_.log(), *applied);
            }};
  }

  Caller& caller_;
  std::unique_ptr<store::OpenLedger> ledger_;
  std::unique_ptr<ports::Calendar> calendar_;
  system::KernelEntropy entropy_;
  system::AsioAlarms alarms_;
  engine::Desk desk_;
  engine::Context context_;
  engine::Cascades cascades_;
};

Result<std::unique_ptr<Desk>> open_desk(const config::Settings& settings, Caller& caller) {
  auto calendar = system::ZoneCalendar::make(settings.time_zone);
  if (!calendar) return Failure(calendar.error());
  auto ledger = open_at_home(settings, address_of(settings), store::Role::visitor,
                             store::Executor::inline_, caller.clock());
  if (!ledger) return Failure(ledger.error());
  auto installation = installation_of(**ledger, place_of(settings, address_of(settings)));
  if (!installation) return Failure(installation.error());
  return std::make_unique<Desk>(settings, caller, std::move(*ledger), std::move(*calendar),
                                std::move(*installation));
}

}  // namespace

int run_cascade(const CascadeOptions& options) {
  const auto settings = load_usable_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  const auto text = text_of(options.file);
  if (!text) return refuse(command, text.error().message, ExitCode::usage);
  const auto caller = Caller::make(*settings);
  if (!caller) return refuse(command, caller.error());
  const auto calendar = system::ZoneCalendar::make(settings->time_zone);
  if (!calendar) return refuse(command, calendar.error());
  const intake::RecordRules rules{settings->rules, **calendar, (*caller)->clock().now()};
  const auto sale = order_in(*text, rules);
  if (!sale) return refuse(command, sale.error().message, ExitCode::usage);
  const auto desk = open_desk(*settings, **caller);
  if (!desk) return refuse(command, desk.error());
  const auto answer = (*desk)->cascade(*sale, options.output);
  if (!answer) return refuse(command, answer.error());
  return to_int(ports::result_of(*answer) == "approved" ? ExitCode::done : ExitCode::failed);
}

}  // namespace recycled
