// bench_inner: the inner loops by Google Benchmark. Items a second, its flags.
#include <benchmark/benchmark.h>

#include "inner/loops.hpp"

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  const auto loops = recycled::bench::loops();
  for (const auto& loop : loops) {
    const auto body = [&loop](benchmark::State& state) {
      for (auto step : state) {
        static_cast<void>(step);
        state.PauseTiming();
        loop.prepare();
        state.ResumeTiming();
        loop.run();
      }
      state.SetItemsProcessed(state.iterations() * loop.items);
    };
    benchmark::RegisterBenchmark(loop.name.c_str(), body)->Unit(benchmark::kMicrosecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
