#include "examiner_tools.hpp"

#include "engine/desk.hpp"
#include "flexfactor/request_facts.hpp"

namespace recycled {
namespace {

// Cancels and inquiries after the grace may take some days, and FlexFactor may be away for a few.
constexpr Millis margin = std::chrono::days(7);

}  // namespace

report::ExaminerTools examiner_tools(const billing::Rules& rules) {
  report::ExaminerTools tools;
  tools.name_cycle = [](const InstallationId& installation, const SubscriptionId& subscription,
                        int cycle, int round) {
    return engine::order_id(installation, subscription, cycle, round);
  };
  tools.name_sale = [](const InstallationId& installation, const SaleId& sale, int round) {
    return engine::order_id(installation, sale, round);
  };
  tools.key_of = engine::idempotency_key;
  tools.read_request = flexfactor::request_facts;
  tools.patience = rules.timing.grace + margin;
  return tools;
}

}  // namespace recycled
