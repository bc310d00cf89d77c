// Whose turn it is on the store's thread: what goes first, and that it keeps nobody waiting for
// good.
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

async::Task<void> write_first(ports::Ledger& ledger, ports::LedgerWork work) {
  auto done = co_await ledger.write_first(std::move(work));
  CHECK(done.has_value());
}

async::Task<void> write_in_order(ports::Ledger& ledger, ports::LedgerWork work) {
  auto done = co_await ledger.write(std::move(work));
  CHECK(done.has_value());
}

TEST_CASE("turns: what goes first is a commit of its own, before all that has gathered") {
  OwnLedger own(Executor::thread);
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 100);
  Gate gate;
  group.start(write_in_order(*own.ledger, gate.work()));
  context.poll();
  REQUIRE(gate.reached.get_future().wait_for(deadline) == std::future_status::ready);
  std::vector<std::string> order;  // of the store's thread alone
  const auto noted = [&](const std::string& name) -> ports::LedgerWork {
    return [&, name](ports::LedgerTx& tx) {
      tx.set_meta(name, "1");
      order.push_back(name);
      if (name != "a") return;
      const auto read = read_ledger(own.file, [](ports::LedgerReader& reader) {
        CHECK(reader.meta("x") == "1");
        CHECK(reader.meta("y") == "1");
      });
      CHECK(read.has_value());
    };
  };
  for (const char* name : {"a", "b"}) group.start(write_in_order(*own.ledger, noted(name)));
  for (const char* name : {"x", "y"}) group.start(write_first(*own.ledger, noted(name)));
  context.restart();
  context.poll();
  gate.opened.set_value();
  async::run_to_end(context, group.join());
  CHECK(order == std::vector<std::string>{"x", "y", "a", "b"});
}

TEST_CASE("turns: whoever goes first again and again keeps nobody waiting for good") {
  OwnLedger own(Executor::thread);
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 100);
  std::vector<std::string> order;  // of the store's thread alone
  constexpr std::size_t count = 7;
  std::vector<Gate> gates(count);
  // Each of the first is written before the one ahead of it is done.
  for (std::size_t i = 0; i < count; ++i) {
    group.start(write_first(*own.ledger, [&order, work = gates[i].work()](ports::LedgerTx& tx) {
      order.emplace_back("first");
      work(tx);
    }));
    if (i == 1) {
      group.start(write_in_order(*own.ledger, [&order](ports::LedgerTx& tx) {
        tx.set_meta("other", "1");
        order.emplace_back("other");
      }));
    }
    context.restart();
    context.poll();
    if (i > 0) gates[i - 1].opened.set_value();
    REQUIRE(gates[i].reached.get_future().wait_for(deadline) == std::future_status::ready);
  }
  gates.back().opened.set_value();
  async::run_to_end(context, group.join());
  const std::vector<std::string> fair{"first", "first", "first", "first",
                                      "other", "first", "first", "first"};
  CHECK(order == fair);
}

}  // namespace
}  // namespace recycled::store
