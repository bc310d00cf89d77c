#include "cli_catches.hpp"

#include <CLI/CLI.hpp>

namespace recycled {

void add_pause(CLI::App& app, PauseOptions& options, const CommonOptions& common,
               std::function<int()>& run) {
  const auto take = [&](CLI::App* command, int (*perform)(const PauseOptions&)) {
    common.take_config(command);
    common.take_json(command);
    command->callback([&options, common, &run, perform] {
      run = [&options, common, perform] {
        options.config = common.config();
        options.output = common.output();
        return perform(options);
      };
    });
  };
  CLI::App* pause =
      app.add_subcommand("pause", "the kill switch: nothing new is claimed or handed over");
  pause->footer(
      "Example:\n  recycled pause --reason 'half of this morning is refused'\n"
      "It holds for every process and survives restarts. A running service obeys it from its next "
      "pass on.\nResults are taken all the same: callbacks, inquiries, cancels, refunds, repeats "
      "of "
      "what is in doubt.");
  pause->add_option("--reason", options.reason, "why, for whoever asks `status`");
  take(pause, run_pause);
  CLI::App* resume = app.add_subcommand("resume", "let go of the kill switch");
  resume->footer(
      "Example:\n  recycled resume\nA running service goes on in its next pass, with what was "
      "claimed before, then with what is due.");
  take(resume, run_resume);
}

}  // namespace recycled
