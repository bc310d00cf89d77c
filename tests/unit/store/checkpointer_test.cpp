// Real files, since a log that is kept short is what this is about.
#include "store/checkpointer.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include <doctest/doctest.h>

#include "store/ledger.hpp"
#include "unit/store/fixture.hpp"

namespace recycled::store {
namespace {

constexpr std::uintmax_t mebibyte = 1024 * 1024;

struct Written {
  Written() : writer(file, Access::read_write) {
    writer.raw().exec("CREATE TABLE filler (key INTEGER PRIMARY KEY, bytes BLOB)");
  }

  // In transactions of one MiB each; how long the log has been at most.
  std::uintmax_t write(int mebibytes) {
    std::uintmax_t longest = 0;
    for (int i = 0; i < mebibytes; ++i) {
      writer.raw().exec("INSERT INTO filler (bytes) VALUES (zeroblob(1048576))");
      longest = std::max(longest, std::filesystem::file_size(log));
    }
    return longest;
  }
  int rows() { return writer.raw().execAndGet("SELECT count(*) FROM filler").getInt(); }

  testing::Scratch folder;
  std::filesystem::path file = folder / "ledger.db";
  std::filesystem::path log = folder / "ledger.db-wal";
  Database writer;
};

}  // namespace

TEST_CASE("a log that is written without a rest is copied back, and begins anew") {
  Written written;
  {
    const Checkpointer beside(written.writer, written.file);
    CHECK(written.write(640) < 400 * mebibyte);  // at 256, and what comes during a copy
  }
  CHECK(written.rows() == 640);
  CHECK(std::filesystem::file_size(written.file) > 100 * mebibyte);
}

TEST_CASE("somebody who reads the ledger for long holds no commit, and loses nothing") {
  Written written;
  const Checkpointer beside(written.writer, written.file);
  written.write(1);
  Database reader(written.file, Access::read_only);
  {
    SQLite::Transaction snapshot(reader.raw());
    const auto seen = [&reader] {
      return reader.raw().execAndGet("SELECT count(*) FROM filler").getInt();
    };
    CHECK(seen() == 1);
    // The log cannot begin anew under the snapshot: all of it is there, and each commit was made.
    CHECK(written.write(280) > 280 * mebibyte);
    CHECK(seen() == 1);
  }
  CHECK(written.rows() == 281);
  CHECK(reader.raw().execAndGet("SELECT count(*) FROM filler").getInt() == 281);
}

TEST_CASE("after its end SQLite copies the log back in a commit again") {
  Written written;
  { const Checkpointer beside(written.writer, written.file); }
  CHECK(written.write(64) < 40 * mebibyte);
  CHECK(written.rows() == 64);
}

}  // namespace recycled::store
