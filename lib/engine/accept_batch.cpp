#include <utility>

#include "engine/accept.hpp"

namespace recycled::engine {
namespace {

Accepted accept_row(ports::LedgerTx& tx, const billing::Subscription& row, const Desk& desk,
                    Instant now) {
  return accept_subscription(tx, row, desk, now);
}

Accepted accept_row(ports::LedgerTx& tx, const billing::Sale& row, const Desk& desk, Instant now) {
  return accept_sale(tx, row, desk, now);
}

bool is_due(const billing::Subscription& row, const Desk& desk, Instant now) {
  const ports::Plan plan = desk.planner.plan(row);
  return plan.due_at && *plan.due_at <= now;
}

// A sale is handed over by name, never by itself.
bool is_due(const billing::Sale&, const Desk&, Instant) { return false; }

template <class Row>
bool makes_work(Accepted accepted, const Row& row, const Desk& desk, Instant now) {
  switch (accepted) {
    case Accepted::inserted:
    case Accepted::updated:
      return is_due(row, desk, now);
    case Accepted::withdrawing:
      return true;
    case Accepted::unchanged:
    case Accepted::superseded:
      return false;
  }
  return false;
}

template <class Row>
async::Task<Result<AcceptedBatch>> accept_rows(const Context& context, std::vector<Row> rows) {
  const Instant now = context.clock.now();
  std::function<AcceptedBatch(ports::LedgerTx&)> work = [&context, &rows,
                                                         now](ports::LedgerTx& tx) {
    AcceptedBatch batch;
    batch.results.reserve(rows.size());
    for (const Row& row : rows) {
      const Accepted accepted = accept_row(tx, row, context.desk, now);
      batch.results.push_back(accepted);
      if (makes_work(accepted, row, context.desk, now)) batch.work_is_due = true;
    }
    return batch;
  };
  auto batch = co_await ports::transact(context.ledger, std::move(work));
  co_return batch;
}

}  // namespace

async::Task<Result<AcceptedBatch>> accept_batch(const Context& context,
                                                std::vector<billing::Subscription> rows) {
  return accept_rows(context, std::move(rows));
}

async::Task<Result<AcceptedBatch>> accept_batch(const Context& context,
                                                std::vector<billing::Sale> rows) {
  return accept_rows(context, std::move(rows));
}

}  // namespace recycled::engine
