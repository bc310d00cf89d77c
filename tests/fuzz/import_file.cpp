#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/card_number.hpp"
#include "base/ensure.hpp"
#include "fuzz/targets.hpp"
#include "intake/card_guard.hpp"
#include "intake/importer.hpp"
#include "unit/intake/fixture.hpp"

namespace recycled::fuzz {
namespace {

struct Seen {
  std::vector<std::string> told;  // rejects and takings, in their order
  std::int64_t taken = 0;
  std::int64_t rejected = 0;
};

void check_text(const std::string& text) {
  ensure(!intake::holds_card_number(text), "no card number goes into the ledger");
  ensure(text.size() <= 1024, "a field is short");
  ensure(std::ranges::none_of(text, [](unsigned char c) { return c == '\0'; }), "a field is text");
}

void check_payer(const billing::Payer& payer) {
  for (const std::string* text :
       {&payer.email, &payer.phone, &payer.ip_address, &payer.first_name, &payer.last_name,
        &payer.address1, &payer.address2, &payer.city, &payer.state, &payer.zip, &payer.country}) {
    check_text(*text);
  }
}

void check_declined(const std::optional<billing::Declined>& declined) {
  if (!declined) return;
  ensure(declined->reattempts_made >= 0, "attempts are counted from none");
  check_text(declined->code);
  check_text(declined->message);
}

// What rows of both kinds have. The id of this one.
template <class Row>
std::string check_row(const Row& item) {
  check_text(item.id.str());
  check_text(item.card.token);
  check_text(item.card.holder);
  check_payer(item.payer);
  check_declined(item.declined);
  return item.id.str();
}

std::string take(const billing::Subscription& item) {
  ensure(!item.id.empty() && item.cycle >= 1 && item.price.minor >= 0, "a row is whole");
  return check_row(item);
}

std::string take(const billing::Sale& item) {
  ensure(!item.id.empty() && item.amount.minor >= 0, "a row is whole");
  return check_row(item);
}

intake::ImportHooks hooks_into(Seen& seen) {
  intake::ImportHooks hooks;
  hooks.batch = 3;
  hooks.on_reject = [&seen](const intake::Reject& reject) {
    ++seen.rejected;
    ensure(reject.line >= 1, "a reject is on a line of the file");
    ensure(!reject.reason.empty() && reject.reason.find('\n') == std::string::npos,
           "a reason is one line");
    ensure(!intake::holds_card_number(reject.reason), "a reason shows no card number");
    ensure(!intake::holds_card_number(reject.record), "what is given back shows no card number");
    seen.told.push_back(reject.reason + reject.record);
  };
  hooks.on_progress = [](const intake::ImportSummary&) {};
  hooks.tokenize = [](std::vector<intake::ImportCard>& cards) -> Result<void> {
    for (auto& card : cards) {
      card.card.reset();
      card.token = "tok";
    }
    return {};
  };
  return hooks;
}

template <class Item, auto read_all>
Seen import_all(std::string_view bytes, const intake::RecordRules& rules) {
  Seen seen;
  std::istringstream in{std::string(bytes)};
  auto rows = intake::open_rows(in);
  if (!rows) {
    ensure(!rows.error().message.empty(), "a file that cannot be read has a reason");
    return seen;
  }
  const intake::Sink<Item> sink = [&seen](std::vector<Item> batch) -> Result<void> {
    for (const Item& item : batch) seen.told.push_back(take(item));
    seen.taken += std::ssize(batch);
    return {};
  };
  const auto summary = read_all(**rows, rules, hooks_into(seen), sink);
  if (summary) {
    ensure(summary->read == seen.taken + seen.rejected, "each row is taken or given back");
    ensure(summary->accepted == seen.taken && summary->rejected == seen.rejected,
           "what is counted is what was done");
  } else {
    ensure(seen.taken == 0, "a file without its columns hands nothing on");
  }
  return seen;
}

}  // namespace

// Each row is taken, or given back without a card number, and the same file comes out the same.
void import_file(std::string_view bytes) {
  intake::fixture::Judge judge;
  for (const bool tokenizing : {false, true}) {
    if (tokenizing) judge.tokenizing = intake::Tokenizing();
    const auto rules = judge.record_rules();
    const auto once = import_all<billing::Subscription, intake::import_subscriptions>(bytes, rules);
    const auto again =
        import_all<billing::Subscription, intake::import_subscriptions>(bytes, rules);
    ensure(once.told == again.told, "the same file comes out the same");
    import_all<billing::Sale, intake::import_sales>(bytes, rules);
  }
}

}  // namespace recycled::fuzz
