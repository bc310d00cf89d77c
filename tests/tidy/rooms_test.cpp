#include "rooms.hpp"

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

Rooms real_rooms() { return parse_rooms(read_text(root() / "lib/CMakeLists.txt")); }

const Rooms planted = parse_rooms(
    "# rank 1\nroom(base)\n# rank 2\nroom(async NEEDS base KNOWS asio)\n"
    "room(billing NEEDS base)\n# rank 3\nroom(ports NEEDS base async)\n");

Findings check_planted(const std::string& path, const std::string& text) {
  return check_includes(make_source(path, text), planted);
}

}  // namespace

TEST_CASE("tidy: every arrow of the house goes to a strictly lower rank") {
  const Rooms rooms = real_rooms();
  CHECK(rooms.size() >= 14);
  CHECK(rooms.at("engine").rank == 4);
  CHECK(rooms.at("store").knows == std::set<std::string>{"sqlitecpp", "PkgConfig::LIBPQ"});
  const Findings findings = check_arrows(rooms);
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: every include of lib follows an arrow or a library its room knows") {
  const Rooms rooms = real_rooms();
  const auto sources = read_sources({"lib"});
  CHECK(sources.size() > 30);
  Findings findings;
  for (const Source& source : sources) append(findings, check_includes(source, rooms));
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: the programs know Asio and CLI11 and leave the other libraries to their rooms") {
  const Rooms rooms = real_rooms();
  Findings findings;
  for (const Source& source : read_sources({"worker"})) {
    append(findings, check_program_includes(source, rooms, {"asio", "CLI11::CLI11"}));
  }
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy itself: arrows that go up or sideways or nowhere are found") {
  const Rooms rooms = parse_rooms(
      "room(early)\n# rank 1\nroom(a NEEDS b)\nroom(b)\n# rank 2\nroom(c NEEDS a gone)\n");
  const Findings findings = check_arrows(rooms);
  REQUIRE(findings.size() == 3);
  CHECK(findings[0].what == "needs b, which is not of a lower rank");
  CHECK(findings[1].what == "needs gone, which is no room");
  CHECK(findings[2].where == "room early");
  CHECK(check_arrows(planted).empty());
}

TEST_CASE("tidy itself: includes without an arrow are found") {
  CHECK(check_planted("lib/ports/x.hpp",
                      "#include \"base/id.hpp\"\n#include \"ports/y.hpp\"\n"
                      "#include <vector>\n#include <sys/stat.h>\n")
            .empty());
  // An arrow of an arrow is none.
  const Findings two = check_planted("lib/ports/x.hpp", "\n#include \"billing/x.hpp\"\n");
  REQUIRE(two.size() == 1);
  CHECK(two[0].where == "lib/ports/x.hpp:2");
  CHECK(check_planted("lib/base/x.hpp", "#include \"async/task.hpp\"").size() == 1);
  CHECK(check_planted("lib/attic/x.hpp", "").size() == 1);
  CHECK(check_planted("lib/base/x.hpp", "#include \"x.hpp\"").size() == 1);
}

TEST_CASE("tidy itself: libraries in rooms that do not know them are found") {
  for (const char* header :
       {"boost/asio/awaitable.hpp", "boost/beast/http.hpp", "boost/url/parse.hpp",
        "boost/optional.hpp", "openssl/hmac.h", "nlohmann/json.hpp", "spdlog/spdlog.h",
        "fmt/core.h", "sqlite3.h", "libpq-fe.h", "SQLiteCpp/Database.h", "toml++/toml.h",
        "date/tz.h", "CLI/CLI.hpp", "tl/expected.hpp", "doctest/doctest.h", "curl/curl.h",
        "leveldb/db.h"}) {
    CAPTURE(header);
    const std::string text = "#include <" + std::string(header) + ">\n";
    CHECK(check_planted("lib/billing/x.cpp", text).size() == 1);
    CHECK(check_program_includes(make_source("worker/x.cpp", text), planted, {}).size() == 1);
  }
  CHECK(check_planted("lib/async/x.cpp", "#include <boost/asio/awaitable.hpp>").empty());
  CHECK(check_planted("lib/base/result.hpp", "#include <tl/expected.hpp>").empty());
}

TEST_CASE("tidy itself: a program includes rooms and its own files only") {
  const auto check = [](const std::string& text) {
    return check_program_includes(make_source("worker/x.cpp", text), planted, {"asio"});
  };
  CHECK(check("#include \"base/id.hpp\"\n#include \"cli.hpp\"\n#include \"commands/run.hpp\"\n"
              "#include <boost/asio/io_context.hpp>\n")
            .empty());
  CHECK(check("#include \"tests/sim/world.hpp\"").size() == 1);
}

}  // namespace recycled::tidy
