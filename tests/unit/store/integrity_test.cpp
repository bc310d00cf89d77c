#include "store/integrity.hpp"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "fixture.hpp"
#include "store/database.hpp"

namespace recycled::store {

namespace {

std::filesystem::path ledger_with_rows(const testing::Scratch& folder) {
  const auto file = folder / "ledger.db";
  auto ledger = SqliteLedger::open(file, Executor::inline_, noon);
  REQUIRE(ledger.has_value());
  in(**ledger, [](ports::LedgerTx& tx) {
    for (int n = 0; n < 500; ++n) {
      tx.put_subscription(plain_subscription("S-" + std::to_string(n)), {noon, {}}, noon);
    }
  });
  return file;
}

}  // namespace

TEST_CASE("integrity: a whole ledger has nothing wrong with it, and none is not found") {
  const testing::Scratch folder;
  const auto wrong = check_integrity(ledger_with_rows(folder));
  REQUIRE(wrong.has_value());
  CHECK(wrong->empty());
  const auto none = check_integrity(folder / "none.db");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().fault == Fault::not_found);
  CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST_CASE("integrity: a reference to a row that is gone is told of") {
  const testing::Scratch folder;
  const auto file = ledger_with_rows(folder);
  {
    Database database(file, Access::read_write);
    database.raw().exec("PRAGMA foreign_keys = OFF");
    database.raw().exec(
        "INSERT INTO audit (at, subscription_key, event, before, after, reason, hash)"
        " VALUES (1, 4711, 'e', '', '', '', '')");
  }
  const auto wrong = check_integrity(file);
  REQUIRE(wrong.has_value());
  REQUIRE(wrong->size() == 1);
  CHECK(wrong->front() == "a row of audit refers to one of subscription that is not there");
}

TEST_CASE("integrity: pages that were written over are found, and a file that is no ledger") {
  const testing::Scratch folder;
  const auto file = ledger_with_rows(folder);
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file) / 2));
    bytes << std::string(16'384, '\xff');
  }
  const auto damaged = check_integrity(file);
  CHECK((!damaged.has_value() || !damaged->empty()));
  std::ofstream(folder / "text.db") << std::string(4096, 'x');
  const auto text = check_integrity(folder / "text.db");
  REQUIRE_FALSE(text.has_value());
  CHECK(text.error().fault == Fault::store);
}

}  // namespace recycled::store
