// Databases of a test's own on the server that tests/support/postgres has started.
#pragma once

#include <fstream>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "store/inspection.hpp"
#include "store/postgres.hpp"
#include "store/postgres_ledger.hpp"
#include "system/clock.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {

inline std::string server_url() {
  std::ifstream file(BINARY_ROOT "/postgres/url");
  std::string url;
  std::getline(file, url);
  REQUIRE_MESSAGE(!url.empty(),
                  "no PostgreSQL is running for the tests: run them by ctest, or "
                  "`tests/support/postgres start BUILD_FOLDER/postgres` first");
  return url;
}

// "postgresql://user@/postgres?host=…" with another database in it.
inline std::string url_of(const std::string& database) {
  std::string url = server_url();
  return url.replace(url.find("/postgres?") + 1, std::string("postgres").size(), database);
}

inline std::string make_database() {
  static int count = 0;
  const std::string name = "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  Postgres server(server_url());
  server.run_script("CREATE DATABASE " + name + " TEMPLATE template0");
  return name;
}

inline Result<std::unique_ptr<PostgresLedger>> try_open(const PostgresSettings& settings) {
  static const system::SystemClock clock;
  return PostgresLedger::open(settings, clock);
}

inline std::unique_ptr<PostgresLedger> open_ledger(const std::string& url,
                                                   Executor executor = Executor::inline_) {
  auto opened = try_open({url, "a test", Role::visitor, executor});
  REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().message));
  return std::move(*opened);
}

}  // namespace recycled::store
