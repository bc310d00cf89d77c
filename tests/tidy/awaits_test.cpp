#include "awaits.hpp"

#include <doctest/doctest.h>

namespace recycled::tidy {
namespace {

Findings check(const std::string& body) {
  return check_awaits(make_source("x.cpp", "Task<void> f() {\n" + body + "\n}\n"));
}

}  // namespace

TEST_CASE("tidy: co_await stands alone everywhere") {
  Findings findings;
  for (const Source& source : read_sources({"lib", "worker", "tests"})) {
    append(findings, check_awaits(source));
  }
  CHECK_MESSAGE(findings.empty(), to_text(findings));
}

TEST_CASE("tidy itself: the forms of co_await that are fine pass") {
  for (const std::string body : {
           "  co_await ledger.write(std::move(work));",
           "  auto done = co_await ledger.write(work);",
           "  const auto done =\n      co_await ledger.write(work);",
           "  auto&& done = co_await f(table[i], a.b(), c->d);",
           "  done_ = co_await f(a,\n                     b);",
           "  this->done = co_await f();",
           "  *made = co_await f();",
           "  const Result<std::vector<int>> made = co_await f();",
           "  switch (x) {\n    case a:\n    case b::c:\n      co_await f();\n  }",
           "  if (ready) {\n    co_await f();\n  } else {\n    co_await g();\n  }",
           "  for (int i = 0; i < 3; ++i) {\n    co_await f();\n  }",
           "  switch (x) {\n    case Step::send:\n      co_await f();\n  }",
           "  // if (co_await f()) is a trap\n  log(\"return co_await f()\");",
           "  my_co_await(f);",
       }) {
    CAPTURE(body);
    const Findings findings = check(body);
    CHECK_MESSAGE(findings.empty(), to_text(findings));
  }
}

TEST_CASE("tidy itself: every form of co_await that g++ 12 trips over is found") {
  for (const std::string body : {
           "  if (co_await f()) g();",
           "  if (auto x = co_await f(); x) g();",
           "  if (ready) co_await f();",
           "  while (!co_await f()) g();",
           "  for (auto x : co_await f()) g();",
           "  for (;; co_await f()) g();",
           "  co_return co_await f();",
           "  return co_await f();",
           "  g(co_await f());",
           "  auto x = g(co_await f());",
           "  auto x = (co_await f()).value();",
           "  auto x = *co_await f();",
           "  return_it = x == co_await f();",
           "  co_yield co_await f();",
           "  throw co_await f();",
           "  auto x = ready ? co_await f() : 0;",
           "  auto x = co_await f(ready ? a : b);",
           "  Pair x{co_await f(), 1};",
           "  auto x = co_await f(Request{a, b});",
           "  auto x = co_await f([&] { return 1; });",
           "  auto x = co_await f(a, [a](int) { return a; });",
           "  auto x = co_await f(a) + co_await f(b);",
           "  co_await (f() || timer());",
           "  x += co_await f();",
           "  switch (co_await f()) {\n  }",
       }) {
    CAPTURE(body);
    CHECK_FALSE(check(body).empty());
  }
}

TEST_CASE("tidy itself: a finding names the line") {
  const Findings findings = check("  int a = 1;\n\n  g(co_await f());");
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].where == "x.cpp:4");
}

}  // namespace recycled::tidy
