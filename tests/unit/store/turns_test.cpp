// Whose turn it is on the store's thread: what goes first, and that it keeps nobody waiting for
// good.
#include <optional>
#include <stdexcept>
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

TEST_CASE("turns: what goes first is committed before all that has gathered") {
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

TEST_CASE("turns: what goes first ends a group that is under way") {
  OwnLedger own(Executor::thread);
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 100);
  Gate before;
  Gate gate;
  std::vector<std::string> order;     // of the store's thread alone
  std::vector<std::string> answered;  // of this one
  const auto noted = [&](const std::string& name) -> ports::LedgerWork {
    return [&, name](ports::LedgerTx& tx) {
      tx.set_meta(name, "1");
      order.push_back(name);
      if (name != "b") return;
      const auto read = read_ledger(own.file, [](ports::LedgerReader& reader) {
        for (const char* done : {"a", "x", "y"}) CHECK(reader.meta(done) == "1");
      });
      CHECK(read.has_value());
    };
  };
  const auto noting = [&](async::Task<void> written, std::string name) -> async::Task<void> {
    co_await std::move(written);
    answered.push_back(name);
  };
  const auto in_order = [&](ports::LedgerWork work, const char* name) {
    group.start(noting(write_in_order(*own.ledger, std::move(work)), name));
  };
  in_order(before.work(), "before");
  context.poll();
  REQUIRE(before.reached.get_future().wait_for(deadline) == std::future_status::ready);
  // Of these three one group is made.
  in_order(
      [&, held = gate.work()](ports::LedgerTx& tx) {
        noted("a")(tx);
        held(tx);
      },
      "a");
  for (const char* name : {"b", "c"}) in_order(noted(name), name);
  context.restart();
  context.poll();
  before.opened.set_value();
  REQUIRE(gate.reached.get_future().wait_for(deadline) == std::future_status::ready);
  for (const char* name : {"x", "y"}) {
    group.start(noting(write_first(*own.ledger, noted(name)), name));
  }
  context.restart();
  context.poll();
  gate.opened.set_value();
  async::run_to_end(context, group.join());
  CHECK(order == std::vector<std::string>{"a", "x", "y", "b", "c"});
  CHECK(answered == std::vector<std::string>{"before", "x", "y", "a", "b", "c"});
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
                                      "first", "other", "first", "first"};
  CHECK(order == fair);
}

async::Task<void> write_or_throw(ports::Ledger& ledger, ports::LedgerWork work) {
  try {
    auto done = co_await ledger.write(std::move(work));
    CHECK(done.has_value());
  } catch (const std::runtime_error& error) {
    CHECK(error.what() == std::string("our bug"));
  }
}

// Of eight in order ('o'), each of which is held until another one has come who goes first ('f');
// one of them throws.
std::string order_of_eight(std::optional<std::size_t> thrower) {
  OwnLedger own(Executor::thread);
  boost::asio::io_context context;
  async::TaskGroup group(context.get_executor(), 100);
  std::string order;  // of the store's thread alone
  std::vector<Gate> gates(8);
  const auto go_on = [&context] {
    context.restart();
    context.poll();
  };
  for (std::size_t i = 0; i < gates.size(); ++i) {
    const auto write = [&, is_bad = thrower == i, held = gates[i].work()](ports::LedgerTx& tx) {
      order += 'o';
      held(tx);
      if (is_bad) throw std::runtime_error("our bug");
    };
    group.start(write_or_throw(*own.ledger, write));
  }
  go_on();
  for (Gate& gate : gates) {
    REQUIRE(gate.reached.get_future().wait_for(deadline) == std::future_status::ready);
    group.start(write_first(*own.ledger, [&order](ports::LedgerTx& tx) {
      tx.set_meta("first", "1");
      order += 'f';
    }));
    go_on();
    gate.opened.set_value();
  }
  async::run_to_end(context, group.join());
  return order;
}

TEST_CASE("turns: groups that are cut short again and again are whole in the end") {
  CHECK(order_of_eight(std::nullopt) == "ofofofofooooffff");
}

TEST_CASE("turns: after a group that lets nobody in, and threw, who goes first is let in again") {
  CHECK(order_of_eight(4) == "ofofofofofofofof");
}

}  // namespace
}  // namespace recycled::store
