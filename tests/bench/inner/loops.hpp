// The inner loops of the program: what each item costs. Timed by bench_inner, counted by
// bench_loops.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace recycled::bench {

struct Loop {
  std::string name;
  int items = 0;  // of one run
  std::function<void()> prepare;
  std::function<void()> run;  // what is measured; after each `prepare` once
};

std::vector<Loop> loops();

}  // namespace recycled::bench
