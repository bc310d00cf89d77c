#include <iostream>
#include <utility>

#include "base/card_number.hpp"
#include "commands/callback_inbox.hpp"
#include "commands/load_settings.hpp"
#include "exit_code.hpp"
#include "installation.hpp"
#include "report/callbacks.hpp"

namespace recycled {
namespace {

int refuse(const Error& error) {
  std::cerr << "recycled callbacks: " << error.message << '\n';
  return to_int(exit_code_of(error));
}

// What came from outside is shown as it came, but for card numbers (mission.md X4).
void mask(ports::StoredCallback& callback) {
  for (std::string* text : {&callback.event, &callback.headers, &callback.body, &callback.error}) {
    *text = hide_card_numbers(*text);
  }
}

}  // namespace

int run_callbacks_list(const CallbackListOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::vector<ports::StoredCallback> callbacks;
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    callbacks = report::gather_callbacks(ledger, options.result, options.limit);
  });
  if (!read) return refuse(read.error());
  for (ports::StoredCallback& callback : callbacks) mask(callback);
  std::cout << (options.output == Output::json ? report::to_json(callbacks)
                                               : report::to_text(callbacks));
  return to_int(ExitCode::done);
}

int run_callbacks_show(const CallbackShowOptions& options) {
  const auto settings = load_settings(options.config);
  if (!settings) return to_int(ExitCode::config_invalid);
  std::optional<Result<report::CallbackStory>> story;
  const auto read = look_at_ledger(*settings, [&](ports::LedgerReader& ledger) {
    story = report::gather_callback(ledger, options.key);
  });
  if (!read) return refuse(read.error());
  if (!*story) return refuse(story->error());
  mask((*story)->callback);
  std::cout << (options.output == Output::json ? report::to_json(**story)
                                               : report::to_text(**story));
  return to_int(ExitCode::done);
}

}  // namespace recycled
