// flexfactor-sim: the simulated FlexFactor as a program. Reads its options, runs the service until
// a stop signal, prints what it counted.
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "base/ensure.hpp"
#include "exit_code.hpp"
#include "flexfactor_sim_options.hpp"
#include "flexfactor_sim_service.hpp"
#include "system/files.hpp"
#include "system/signals.hpp"

namespace recycled {

namespace {

ExitCode complain(const Error& error, ExitCode code) {
  std::cerr << "flexfactor-sim: " << error.message << '\n';
  return code;
}

ExitCode serve(const SimOptions& options, const std::string& ready_file) {
  boost::asio::io_context context(1);
  SimService service(context.get_executor(), options);
  if (auto started = service.start(); !started) {
    return complain(started.error(), ExitCode::failed);
  }
  system::StopSignals signals(context.get_executor(), [&service] { service.stop(); });
  std::cerr << "flexfactor-sim: listening on " << service.address() << '\n';
  Result<void> written;
  if (!ready_file.empty()) {
    written =
        system::write_file(ready_file, service.address() + "\n", system::Access::everyone_reads);
    if (!written) service.stop();
  }
  async::run_to_end(context, service.run());
  signals.cancel();
  if (!written) return complain(written.error(), ExitCode::failed);
  std::cout << to_json(service.machine().statistics()) << '\n';
  return ExitCode::done;
}

ExitCode run(int argc, char** argv) {
  CLI::App app("A simulated FlexFactor: the provider's API, its callbacks and its faults.",
               "flexfactor-sim");
  SimTyped typed;
  declare_options(app, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::done : ExitCode::usage;
  }
  auto options = read_options(typed);
  if (!options) return complain(options.error(), ExitCode::usage);
  return serve(*options, typed.ready_file);
}

}  // namespace

}  // namespace recycled

int main(int argc, char** argv) {
  try {
    return recycled::to_int(recycled::run(argc, argv));
  } catch (const recycled::Bug& bug) {
    std::cerr << "flexfactor-sim: " << bug.what() << '\n';
    return recycled::to_int(recycled::ExitCode::bug);
  }
}
