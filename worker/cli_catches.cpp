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
      "Example:\n  recycled pause --reason refusals\n"
      "It holds for every process and survives restarts. A running service obeys it from its next "
      "pass on.\nResults are taken all the same: callbacks, inquiries, cancels, refunds, repeats "
      "of "
      "what is in doubt.");
  pause->add_option("--reason", options.reason, "why, for whoever asks `status`");
  take(pause, run_pause);
  CLI::App* resume = app.add_subcommand("resume", "let go of the kill switch, or of the breaker");
  resume->footer(
      "Examples:\n  recycled resume\n  recycled resume --gateway flexfactor\n"
      "A running service goes on in its next pass, with what was claimed before, then with what is "
      "due.\nExit code 0: nothing is paused any more; 3: something still is.");
  resume->add_option("--gateway", options.gateway, "a FlexFactor gateway whose breaker has tripped")
      ->type_name("ID");
  take(resume, run_resume);
}

void add_adopt(CLI::App& app, AdoptOptions& options, const CommonOptions& common,
               std::function<int()>& run) {
  CLI::App* command =
      app.add_subcommand("adopt", "a person's word that a copied or restored ledger goes on here");
  command->footer(
      "Examples:\n  recycled adopt\n  recycled adopt --restored\n"
      "A ledger belongs to one machine, file and FlexFactor account. Elsewhere it can be read and "
      "is "
      "not\nwritten, since it does not know what the other one has handed over. Adopt it only if "
      "no "
      "other goes on.\nIt is paused by that: results are taken, and nothing new is handed over "
      "until `recycled resume`.\nNot beside a running service (exit code 75).");
  common.take_config(command);
  command->add_flag("--restored", options.restored,
                    "it is older than what was done, although nothing shows that: the whole "
                    "machine was put back");
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.config = common.config();
      return run_adopt(options);
    };
  });
}

void add_migrate(CLI::App& app, MigrateOptions& options, const CommonOptions& common,
                 std::function<int()>& run) {
  CLI::App* command = app.add_subcommand("migrate", "move the ledger to another database");
  command->footer(
      "Examples:\n  recycled migrate --to postgresql://recycled@db.example.com/recycled\n"
      "  recycled migrate --to sqlite:ledger.db\n"
      "Beside a running service: what differs is copied until little is left, then nobody writes "
      "for a moment,\nuntil every page is the same at both. From then on the old ledger takes "
      "nothing more, and the service\nends: write the new url into the config and start it. "
      "Where it was interrupted, the same once more.\n"
      "There must be no ledger at the other place yet.");
  common.take_config(command);
  command->add_option("--to", options.to, "as [store] url: postgresql://… or sqlite:FILE")
      ->type_name("URL")
      ->required();
  command->callback([&options, common, &run] {
    run = [&options, common] {
      options.config = common.config();
      return run_migrate(options);
    };
  });
}

void add_resolve(CLI::App& app, ResolveTyped& typed, const CommonOptions& common,
                 std::function<int()>& run) {
  static const std::vector<std::string> words{"recovered", "failed",   "withdrawn",
                                              "refund",    "refunded", "retry"};
  CLI::App* command =
      app.add_subcommand("resolve", "a person's word on a parked item: what becomes of it");
  command->footer(
      "Examples:\n  recycled resolve S-1001 --as failed --note ticket-4711\n"
      "  recycled resolve O-2001 --as refund\n"
      "recovered: charged, and the charge is kept\nfailed: not charged; Recycle Failed\n"
      "withdrawn: the same, where the customer has left\n"
      "refund: charged, and given back at FlexFactor by the next pass\n"
      "refunded: charged, and somebody has given it back there\n"
      "retry: taken up again where it was parked, never as another order\n"
      "Exit code 0: it is so; 1: it does not fit, with the reason, and nothing was changed.");
  common.take_config(command);
  common.take_json(command);
  command
      ->add_option("ID", typed.options.id,
                   "a subscription, an order by the merchant's id, or one of our order ids")
      ->required();
  command->add_option("--as", typed.word, "what it is")->required()->check(CLI::IsMember(words));
  command->add_option("--note", typed.options.note, "how you know; kept with your name");
  command->callback([&typed, common, &run] {
    run = [&typed, common] {
      typed.options.word = *billing::parse_person_word(typed.word);
      typed.options.config = common.config();
      typed.options.output = common.output();
      return run_resolve(typed.options);
    };
  });
}

}  // namespace recycled
