// bench_loops: one inner loop a fixed number of times, for a tool that counts instructions. Without
// a name: the names, each with its items.
#include <exception>
#include <iostream>
#include <string_view>

#include "inner/loops.hpp"

// The tool counts in here alone, by this name.
extern "C" [[gnu::noinline]] void recycled_counted(const recycled::bench::Loop& loop) {
  loop.run();
}

namespace {

void count(const recycled::bench::Loop& loop) {
  // What is made at first use is made by then.
  loop.prepare();
  loop.run();
  loop.prepare();
  recycled_counted(loop);
}

int run(const std::vector<std::string>& names) {
  const auto loops = recycled::bench::loops();
  if (names.empty()) {
    for (const auto& loop : loops) std::cout << loop.name << ' ' << loop.items << '\n';
  }
  for (const std::string& name : names) {
    const auto found = std::find_if(loops.begin(), loops.end(),
                                    [&](const auto& loop) { return loop.name == name; });
    if (found == loops.end()) return 2;
    count(*found);
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run({arguments + 1, arguments + count});
  } catch (const std::exception& exception) {
    std::cerr << "bench_loops: " << exception.what() << '\n';
    return 1;
  }
}
