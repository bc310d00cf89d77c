#include "bans.hpp"

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

std::size_t count_in(const std::string& path, const std::string& text) {
  return check_bans(make_source(path, text)).size();
}

struct Planted {
  const char* path;
  const char* text;
};

}  // namespace

TEST_CASE("tidy: no banned word in lib or worker") {
  Findings findings;
  for (const Source& source : read_sources({"lib", "worker"})) {
    append(findings, check_bans(source));
  }
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy: no test sleeps") {
  Findings findings;
  for (const Source& source : read_sources({"tests"})) {
    for (Finding& finding : check_bans(source)) {
      if (finding.what.starts_with("sleep")) findings.push_back(std::move(finding));
    }
  }
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy itself: every ban catches what it is for") {
  const Planted planted[] = {
      {"lib/engine/x.cpp", "auto t = std::chrono::system_clock::now();"},
      {"lib/engine/x.cpp", "auto t = std::chrono::steady_clock::now();"},
      {"lib/engine/x.cpp", "auto t = std::chrono::high_resolution_clock::now();"},
      {"lib/engine/x.cpp", "std::random_device device;"},
      {"worker/main.cpp", "const char* home = std::getenv(\"HOME\");"},
      {"lib/crypto/x.cpp", "getrandom(p, 4, 0);"},
      {"lib/engine/x.cpp", "std::this_thread::sleep_for(wait);"},
      {"tests/sim/x.cpp", "::usleep(5);"},
      {"lib/engine/x.cpp", "auto t = std::time(nullptr);"},
      {"lib/engine/x.cpp", "auto t = time(0);"},
      {"lib/engine/x.cpp", "srand(7);"},
      {"lib/engine/x.cpp", "int n = rand() % 6;"},
      {"worker/main.cpp", "boost::asio::co_spawn(io, f(), token);"},
      {"lib/http/x.cpp", "co_spawn(io, f(), token);"},
      {"lib/http/x.cpp", "Thing* thing = new Thing;"},
      {"lib/http/x.cpp", "delete thing;"},
      {"lib/http/x.cpp", "if (thing) delete[] thing;"},
      {"lib/billing/x.cpp", "double price = 89.95;"},
      {"lib/billing/x.cpp", "float price = 0;"},
      {"lib/base/x.cpp", "double price = 89.95;"},
      {"lib/engine/x.cpp", "void send(Order order, bool retry);"},
      {"lib/engine/x.cpp", "void send(const bool retry = true, int n = 0);"},
      {"lib/engine/x.cpp", "assert(p != nullptr);"},
  };
  for (const Planted& row : planted) {
    CAPTURE(row.text);
    CHECK(count_in(row.path, std::string("\n") + row.text + "\n") == 1);
  }
}

TEST_CASE("tidy itself: a ban has its one place and does not see comments or strings") {
  const Planted fine[] = {
      {"lib/system/clock.cpp", "auto t = std::chrono::system_clock::now();"},
      {"lib/system/x.cpp", "std::getenv(name);"},
      {"lib/async/spawn.cpp", "boost::asio::co_spawn(io, f(), token);"},
      {"lib/engine/x.cpp", "// system_clock::now() is banned here"},
      {"lib/engine/x.cpp", "/* rand() \n new Thing */ int a = 1'000;"},
      {"lib/engine/x.cpp", "text = \"a new Thing \\\" delete it\";"},
      {"lib/engine/x.cpp", "text = R\"(rand() \" delete it)\"; int b = 'x';"},
      {"lib/engine/x.hpp", "Log(const Log&) = delete;"},
      {"lib/engine/x.cpp",
       "auto t = parse_time(text); sleep_until(); run_time(0); brand(1); renew (2);"},
      {"lib/engine/x.cpp", "bool retry = true; std::function<bool(int)> f; static_assert(retry);"},
      {"lib/billing/x.cpp", "double jitter = 0.5;"},
      {"lib/intake/x.cpp", "bool boolean(bool value) override { return keep(value); }"},
      {"lib/base/ensure.hpp", "inline void ensure(bool holds, const char* promise) {}"},
      {"lib/http/x.cpp", "return std::unique_ptr<Client>(new Client(settings));"},
      {"lib/flexfactor/x.cpp", "const double fraction = entropy.fraction();"},
  };
  for (const Planted& row : fine) {
    CAPTURE(row.text);
    CHECK(count_in(row.path, row.text) == 0);
  }
}

}  // namespace recycled::tidy
