#include "flexfactor_sim_quirks.hpp"

#include <map>

#include <CLI/CLI.hpp>

namespace recycled {

namespace {

using namespace flexfactor;

template <class E>
void add_word(CLI::App& app, const std::string& name, E& into, std::map<std::string, E> words,
              const std::string& help) {
  std::string spelled;
  for (const auto& [word, value] : words) spelled += (spelled.empty() ? "" : ",") + word;
  app.add_option(name, into, help)
      ->type_name("{" + spelled + "}")
      ->transform(CLI::CheckedTransformer(std::move(words)).description(""));
}

}  // namespace

void declare_quirks(CLI::App& app, SimQuirksTyped& typed) {
  Quirks& quirks = typed.quirks;
  add_word<ExpiredShows>(app, "--expired-shows", quirks.expired_shows,
                         {{"word", ExpiredShows::word},
                          {"cancelled", ExpiredShows::cancelled},
                          {"open", ExpiredShows::open}},
                         "how an inquiry shows an expired order (word)");
  app.add_option("--expired-word", quirks.expired_word, "the word of --expired-shows word")
      ->capture_default_str();
  add_word<ErrorBody>(app, "--error-body", quirks.error_body,
                      {{"none", ErrorBody::none},
                       {"json", ErrorBody::json},
                       {"problem", ErrorBody::problem},
                       {"html", ErrorBody::html}},
                      "of 401, 404, 409, 429 and 5xx (none)");
  add_word<Repeats>(
      app, "--repeats", quirks.repeats,
      {{"answer", Repeats::answer}, {"conflict", Repeats::conflict}, {"anew", Repeats::anew}},
      "what a repeated idempotencyKey gets (answer: the first one again)");
  app.add_option("--unknown-order-code", quirks.unknown_order_code, "of an order it does not know")
      ->check(CLI::Range(400, 499))
      ->capture_default_str();
  add_word<Polls>(app, "--polls", quirks.polls,
                  {{"both", Polls::both}, {"orders", Polls::orders}, {"outcome", Polls::outcome}},
                  "GET orders/{id} and POST outcome (both)");
  app.add_option("--first-page", quirks.first_page, "pageNumber of the list's first page")
      ->check(CLI::Range(0, 1))
      ->capture_default_str();
  app.add_option("--largest-page", quirks.largest_page, "of the list, whatever is asked for")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  app.add_flag("--hide-external-id", typed.hide_external_id,
               "orders are shown without the merchant's own order id");
  add_word<AmountUnit>(app, "--order-amounts", quirks.order_amounts,
                       {{"minor", AmountUnit::minor}, {"major", AmountUnit::major}},
                       "the unit of amounts in GET orders (minor)");
  add_word<SignatureForm>(app, "--signature", quirks.signature,
                          {{"both", SignatureForm::both},
                           {"authorization", SignatureForm::authorization},
                           {"body", SignatureForm::body}},
                          "what callbacks are signed with (both)");
  app.add_option("--clock-ahead", typed.clock_ahead, "of its Date header; -5m is behind")
      ->capture_default_str();
}

Result<Quirks> read_quirks(const SimQuirksTyped& typed) {
  Quirks quirks = typed.quirks;
  quirks.shows_external_id = !typed.hide_external_id;
  const bool behind = typed.clock_ahead.starts_with('-');
  const auto off = parse_duration(typed.clock_ahead.substr(behind ? 1 : 0));
  if (!off) {
    return fail(Fault::invalid, "--clock-ahead: '" + typed.clock_ahead + "' is no duration");
  }
  quirks.clock_ahead = behind ? -*off : *off;
  return quirks;
}

}  // namespace recycled
