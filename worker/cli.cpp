#include "cli.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>

#include "cli_backfill.hpp"
#include "cli_callbacks.hpp"
#include "cli_catches.hpp"
#include "cli_events.hpp"
#include "cli_report.hpp"
#include "cli_sales.hpp"
#include "cli_simulate.hpp"
#include "commands/check.hpp"
#include "commands/import.hpp"
#include "commands/init.hpp"
#include "commands/look.hpp"
#include "commands/run.hpp"
#include "commands/verify.hpp"
#include "commands/verify_ledger.hpp"
#include "exit_code.hpp"
#include "telemetry/log.hpp"

namespace recycled {
namespace {

constexpr const char* version = "recycled " RECYCLED_VERSION;

// ./recycled.toml, else the system's; a missing file is reported under the first name. One in a
// folder that we may not look into (root's, under `sudo -u recycled`) is as good as missing.
std::filesystem::path default_config() {
  std::error_code closed;
  std::filesystem::path here = "recycled.toml";
  std::filesystem::path system_wide = "/etc/recycled/recycled.toml";
  if (!std::filesystem::exists(here, closed) && std::filesystem::exists(system_wide, closed)) {
    return system_wide;
  }
  return here;
}

// The commands and what they were given. Each fills in `run`, which is called after parsing.
class CommandLine {
 public:
  CommandLine()
      : app_("Hands declined rebills to FlexFactor and puts every subscription back.", "recycled") {
    app_.set_version_flag("--version", version);
    app_.require_subcommand(1);
    app_.footer("Every command has an example: recycled COMMAND --help");
    add_init();
    add_check();
    add_import();
    add_run();
    add_once();
    add_status();
    add_explain();
    add_backfill(app_, backfill_, common(), run_);
    add_report(app_, report_, common(), run_);
    add_rerun(app_, rerun_, common(), run_);
    add_cascade(app_, cascade_, common(), run_);
    add_callbacks(app_, callbacks_, common(), run_);
    add_events(app_, events_, common(), run_);
    add_verify();
    add_pause(app_, pause_, common(), run_);
    add_adopt(app_, adopt_, common(), run_);
    add_migrate(app_, migrate_, common(), run_);
    add_resolve(app_, resolve_, common(), run_);
    add_simulate(app_, simulate_, common(), run_);
  }

  int execute(int count, const char* const* arguments) {
    try {
      app_.parse(count, arguments);
    } catch (const CLI::Success& asked) {  // --help, --version
      return app_.exit(asked);
    } catch (const CLI::ParseError& wrong) {
      app_.exit(wrong);
      return to_int(ExitCode::usage);
    }
    return run_();
  }

 private:
  CLI::App* add(const char* name, const char* what, const char* example) {
    CLI::App* command = app_.add_subcommand(name, what);
    command->footer(std::string("Example:\n  ") + example);
    return command;
  }

  void take_config(CLI::App* command) {
    command
        ->add_option("--config", config_,
                     "the config file (default ./recycled.toml, then "
                     "/etc/recycled/recycled.toml)")
        ->type_name("FILE");
  }

  void take_json(CLI::App* command) {
    command->add_flag_callback(
        "--json", [this] { output_ = Output::json; }, "print JSON");
  }

  void take_log_level(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "--log-level",
            [this](const std::string& word) { level_ = *telemetry::parse_level(word); },
            "the least that is logged (default info)")
        ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  }

  std::filesystem::path config() const { return config_.empty() ? default_config() : config_; }

  void add_init() {
    CLI::App* command = add("init", "write a commented config and make an empty ledger",
                            "recycled init /etc/recycled");
    command->add_option("DIR", folder_, "where (default: here)");
    command->callback([this] { run_ = [this] { return run_init({folder_}); }; });
  }

  void add_check() {
    CLI::App* command = add("check", "say everything that is wrong with the config, at once",
                            "recycled check --online --config recycled.toml");
    take_config(command);
    take_json(command);
    command->add_flag_callback(
        "--online", [this] { reach_ = Reach::online; },
        "also ask FlexFactor for a token, and look at clock, callback host, disk and ledger");
    command->callback([this] { run_ = [this] { return run_check({config(), output_, reach_}); }; });
  }

  void add_import() {
    CLI::App* command = add("import", "take in what the merchant's system exports",
                            "recycled import subscriptions declined.csv");
    command->require_subcommand(1);
    add_import_of(command, ImportOf::subscriptions, "subscriptions",
                  "the one that the row's recycle profile hands over to");
    add_import_of(command, ImportOf::orders, "orders", "the only one, if there is only one");
  }

  void add_import_of(CLI::App* command, ImportOf what, const std::string& name,
                     const std::string& usual_account) {
    CLI::App* import = command->add_subcommand(
        name, what == ImportOf::orders
                  ? "new sales that were declined: CSV with a header, or JSONL; upsert by id"
                  : "CSV with a header, or JSONL; upsert by id");
    const std::string example = "  recycled import " + name;
    import->footer(
        "Examples:\n" + example + " declined.csv\n" + example + " --dry-run - < declined.jsonl\n" +
        example +
        " --tokenize cards.csv\n"
        "Rows that cannot be taken go to FILE.rejected with the reason; the rest goes in "
        "(exit code 3).");
    take_config(import);
    take_json(import);
    import->add_option("FILE", file_, "the file, or - for standard input")->required();
    import->add_flag_callback(
        "--dry-run", [this] { mode_ = ImportMode::dry_run; }, "say what would happen, only");
    CLI::Option* tokenize = import->add_flag_callback(
        "--tokenize", [this] { tokenizing_.emplace(tokenizing_.value_or(intake::Tokenizing())); },
        "read card_number, send it to FlexFactor and keep only the token");
    import
        ->add_option_function<std::string>(
            "--gateway",
            [this](const std::string& id) { tokenizing_ = intake::Tokenizing{GatewayId(id)}; },
            "the FlexFactor gateway whose account makes the tokens (default: " + usual_account +
                ")")
        ->needs(tokenize);
    import->callback([this, what] {
      run_ = [this, what] {
        return run_import({what, config(), file_, mode_, output_, tokenizing_});
      };
    });
  }

  void add_run() {
    CLI::App* command = add(
        "run", "the service: scan, hand over, receive callbacks and pushes, inquire, expire, tell",
        "recycled run --config /etc/recycled/recycled.toml");
    take_config(command);
    take_log_level(command);
    command->add_flag_callback(
        "--no-scan", [this] { scanning_ = engine::Scanning::off; },
        "hand nothing new over; what is open goes on");
    command->callback([this] {
      run_ = [this] { return run_service({config(), scanning_, level_}); };
    });
  }

  void add_once() {
    CLI::App* command =
        add("once", "one full pass for cron; needs no open port, results are polled",
            "*/5 * * * * recycled once --config /etc/recycled/recycled.toml");
    take_config(command);
    take_log_level(command);
    command->callback([this] {
      run_ = [this] { return run_once({config(), scanning_, level_}); };
    });
  }

  void add_status() {
    CLI::App* command =
        add("status", "how things stand", "recycled status --json | jq .recoveries");
    take_config(command);
    take_json(command);
    command->callback([this] { run_ = [this] { return run_status({config(), output_}); }; });
  }

  void add_explain() {
    CLI::App* command =
        add("explain", "one subscription's story: where it is, why, and what happens next",
            "recycled explain S-1001");
    take_config(command);
    take_json(command);
    command->add_option("ID", id_, "a subscription's id, or one of our order ids")->required();
    command->callback([this] { run_ = [this] { return run_explain({config(), id_, output_}); }; });
  }

  CommonOptions common() {
    return {[this](CLI::App* command) { take_config(command); },
            [this](CLI::App* command) { take_json(command); }, [this] { return config(); },
            [this] { return output_; }};
  }

  void add_verify() {
    CLI::App* command = add("verify",
                            "check every promise of the ledger by itself, or against "
                            "FlexFactor's list of orders",
                            "recycled verify\n"
                            "  recycled verify --provider --from 2026-11-01 --to 2026-11-30");
    take_config(command);
    take_json(command);
    CLI::Option* ledger =
        command->add_option("--ledger", file_, "another ledger, such as a backup of this one");
    CLI::Option* head = command->add_option(
        "--head", head_, "a hash that audit.head has logged: is it still part of the trail?");
    CLI::Option* provider = command->add_flag_callback(
        "--provider", [] {}, "ask FlexFactor instead");
    provider->excludes(ledger)->excludes(head);
    command->add_option("--from", from_, "an instant or a civil day (default: 35 days ago)")
        ->needs(provider);
    command->add_option("--to", to_, "an instant, or the last civil day (default: now)")
        ->needs(provider);
    command->callback([this, provider] {
      const bool asks = provider->count() > 0;
      run_ = [this, asks] {
        if (asks) return run_verify({config(), from_, to_, output_});
        return run_verify_ledger({config(), file_, head_, output_});
      };
    });
  }

  CLI::App app_;
  std::function<int()> run_;
  std::filesystem::path config_;
  std::filesystem::path folder_ = ".";
  std::filesystem::path file_;
  std::string id_;
  std::string head_;
  BackfillTyped backfill_;
  ReportOptions report_;
  RerunTyped rerun_;
  CascadeOptions cascade_;
  CallbacksTyped callbacks_;
  EventsTyped events_;
  PauseOptions pause_;
  AdoptOptions adopt_;
  MigrateOptions migrate_;
  ResolveTyped resolve_;
  SimulateOptions simulate_;
  std::string from_;
  std::string to_;
  Output output_ = Output::text;
  Reach reach_ = Reach::file;
  ImportMode mode_ = ImportMode::write;
  std::optional<intake::Tokenizing> tokenizing_;
  engine::Scanning scanning_ = engine::Scanning::on;
  ports::Level level_ = ports::Level::info;
};

}  // namespace

int run_command_line(int count, const char* const* arguments) {
  CommandLine line;
  return line.execute(count, arguments);
}

}  // namespace recycled
