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

int main(int count, char** arguments) {
  try {
    bool found = count == 1;
    for (const auto& loop : recycled::bench::loops()) {
      if (count == 1) std::cout << loop.name << ' ' << loop.items << '\n';
      if (count != 2 || loop.name != arguments[1]) continue;
      found = true;
      // What is made at first use is made by then.
      loop.prepare();
      loop.run();
      loop.prepare();
      recycled_counted(loop);
    }
    return found ? 0 : 2;
  } catch (const std::exception& exception) {
    std::cerr << "bench_loops: " << exception.what() << '\n';
    return 1;
  }
}
