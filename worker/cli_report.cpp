#include "cli_report.hpp"

#include <CLI/CLI.hpp>

namespace recycled {

void add_report(CLI::App& app, ReportOptions& options, const CommonOptions& common,
                std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("report", "recovered revenue by block, gateway, decline code and time");
  command->footer(
      "Examples:\n  recycled report --from 2026-11-01 --to 2026-11-30\n"
      "  recycled report --from 2026-11-01 --to 2026-11-30 --html november.html\n"
      "  recycled report --csv - | head\n"
      "A hand-over counts in the period in which it was claimed. Recovered is what was charged and "
      "stays:\nwhat was refunded or charged back is counted apart.");
  common.take_config(command);
  command->add_option("--from", options.from,
                      "a date or an instant (default: the first hand-over)");
  command->add_option("--to", options.to, "likewise; a date is meant whole (default: the last)");
  const auto into = [&options](ReportForm form) {
    return [&options, form](const std::string& file) {
      options.form = form;
      options.file = file;
    };
  };
  auto* csv = command->add_option_function<std::string>(
      "--csv", into(ReportForm::csv),
      "a row for each hand-over into FILE, or - for standard output");
  auto* html = command->add_option_function<std::string>(
      "--html", into(ReportForm::html),
      "one self-contained page with charts into FILE, or - for standard output");
  csv->type_name("FILE")->excludes(html);
  html->type_name("FILE");
  common.take_json(command);
  command->get_option("--json")->excludes(csv)->excludes(html);
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.config = common.config();
      options.output = common.output();
      return run_report(options);
    };
  });
}

}  // namespace recycled
