#include "report/status.hpp"

#include <algorithm>
#include <array>

#include "billing/sale_refusal.hpp"
#include "report/json.hpp"
#include "report/pause.hpp"
#include "report/words.hpp"

namespace recycled::report {
namespace {

using billing::RecoveryState;
using std::chrono::days;

constexpr int page = 500;
constexpr std::array<RecoveryState, 6> open_states{
    RecoveryState::intended, RecoveryState::unknown,     RecoveryState::waiting,
    RecoveryState::grace,    RecoveryState::withdrawing, RecoveryState::parked};

// --- gathering ---

void count_age(std::vector<AgeBand>& bands, Millis age) {
  auto band = bands.begin();
  while (std::next(band) != bands.end() && std::next(band)->from <= age) ++band;
  ++band->count;
}

bool is_without_news(const billing::Recovery& recovery) {
  if (recovery.state == RecoveryState::parked) return false;
  return recovery.state == RecoveryState::unknown || recovery.tries > 0;
}

void count_silence(WithoutNews& silence, const billing::Recovery& recovery) {
  if (!is_without_news(recovery)) return;
  ++silence.count;
  const Instant claimed = recovery.claimed_at;
  silence.oldest_claim = std::min(silence.oldest_claim.value_or(claimed), claimed);
}

Instant parked_since(ports::LedgerReader& ledger, const ports::StoredRecovery& stored) {
  Instant since = stored.recovery.claimed_at;
  for (const ports::AuditRow& row : ledger.audit_of(stored.subject)) {
    const bool parks = row.recovery == stored.key && row.before != row.after &&
                       row.after == billing::to_text(RecoveryState::parked);
    if (parks) since = row.at;
  }
  return since;
}

ParkedItem parked_item(ports::LedgerReader& ledger, const ports::StoredRecovery& stored) {
  const billing::Recovery& recovery = stored.recovery;
  return {recovery.order,  stored.subscription, stored.sale,
          recovery.reason, recovery.amount,     parked_since(ledger, stored)};
}

void add_open(StatusReport& status, ports::LedgerReader& ledger,
              const ports::StoredRecovery& stored) {
  count_age(status.open_by_age, status.at - stored.recovery.claimed_at);
  count_silence(status.without_news, stored.recovery);
  const bool parked = stored.recovery.state == RecoveryState::parked;
  if (parked && status.parked.size() < parked_listed) {
    status.parked.push_back(parked_item(ledger, stored));
  }
}

HeldItem held_item(SubscriptionId subscription, SaleId sale, const GatewayId& gateway,
                   const billing::Declined& declined) {
  return {std::move(subscription), std::move(sale),  gateway,
          declined.code,           declined.message, declined.at};
}

// Which subscriptions are held was decided when they were planned. Of an order nothing is planned,
// so the rules are asked now.
Held gather_held(ports::LedgerReader& ledger, const ports::Counts& counts,
                 const billing::Rules& rules) {
  Held held;
  const auto counted = counts.refusals.find(billing::NotTaken::unclassified_decline);
  held.subscriptions = counted == counts.refusals.end() ? 0 : counted->second;
  for (const ports::StoredSubscription& stored : ledger.held(held_listed)) {
    const billing::Subscription& subscription = stored.subscription;
    held.items.push_back(
        held_item(subscription.id, SaleId(), subscription.gateway, *subscription.declined));
  }
  SaleKey after;
  for (bool more = true; more;) {
    const auto some = ledger.sales_without_class(after, page);
    more = some.size() == page;
    for (const ports::StoredSale& stored : some) {
      after = stored.key;
      const auto refusal = billing::judge_any_way_in(stored.sale, rules);
      if (!refusal || refusal->reason != billing::SaleRefused::unclassified_decline) continue;
      if (++held.sales > held_listed) continue;
      held.items.push_back(held_item(stored.sale.subscription, stored.sale.id, stored.sale.gateway,
                                     *stored.sale.declined));
    }
  }
  return held;
}

// --- as text ---

constexpr std::size_t label_width = 24;

std::string line(std::string label, const std::string& value) {
  label.resize(std::max(label.size() + 1, label_width), ' ');
  return "  " + label + value + "\n";
}

template <class Set>
std::string section(const char* title, const std::map<Set, std::int64_t>& counts) {
  std::string text = std::string(title) + "\n";
  for (const auto& [value, count] : counts) {
    if (count > 0) text += line(std::string(to_text(value)), std::to_string(count));
  }
  return text;
}

std::string not_taken_section(const std::map<billing::NotTaken, std::int64_t>& refusals) {
  std::string text = "not taken\n";
  for (const auto& [reason, count] : refusals) {
    if (count == 0) continue;
    const std::string why = "  " + std::string(billing::explain(reason));
    text += line(std::string(to_text(reason)), std::to_string(count) + why);
  }
  return text;
}

std::string against(std::optional<Instant> at, Instant now) {
  if (!at) return "none";
  const std::string text = to_iso8601(*at);
  if (*at < now) return text + ", overdue for " + age(now - *at);
  return text + ", in " + age(*at - now);
}

// "1d-7d", and of the last band "21d and more".
std::string band_name(const std::vector<AgeBand>& bands, std::size_t index) {
  if (index + 1 == bands.size()) return to_text(bands[index].from) + " and more";
  return to_text(bands[index].from) + "-" + to_text(bands[index + 1].from);
}

std::string ages_section(const std::vector<AgeBand>& bands) {
  std::string text = "open by age\n";
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (bands[i].count == 0) continue;
    text += line(band_name(bands, i), std::to_string(bands[i].count));
  }
  return text;
}

// Only where events are sent to somebody.
std::string events_section(const StatusReport& status) {
  if (status.counts.deliveries.empty()) return "";
  std::string text = section("events", status.counts.deliveries);
  const auto& oldest = status.counts.oldest_delivery;
  if (oldest) text += line("oldest waiting", "for " + age(status.at - *oldest));
  return text;
}

// What ended so long ago that its payloads are gone.
std::string pruned_section(const ports::Counts& counts) {
  if (counts.pruned_recoveries == 0 && counts.pruned_callbacks == 0) return {};
  return "pruned, long ended\n" + line("recoveries", std::to_string(counts.pruned_recoveries)) +
         line("callbacks", std::to_string(counts.pruned_callbacks));
}

std::string in_words(const WithoutNews& silence) {
  if (silence.count == 0) return "none";
  return std::to_string(silence.count) + ", the oldest claimed " +
         to_iso8601(silence.oldest_claim.value());
}

std::string in_words(const std::optional<ports::RunRow>& run) {
  if (!run) return "none yet";
  const std::string end = run->ended_at ? "ended " + to_iso8601(*run->ended_at) : "has not ended";
  const std::string summary = run->summary.empty() ? "" : ": " + printable(run->summary);
  return run->kind + " " + run->id.str() + ", started " + to_iso8601(run->started_at) + ", " + end +
         summary;
}

std::string parked_section(const StatusReport& status) {
  const auto& counts = status.counts.recoveries;
  const auto counted = counts.find(RecoveryState::parked);
  const std::int64_t all = counted == counts.end() ? 0 : counted->second;
  const auto listed = static_cast<std::int64_t>(status.parked.size());
  if (all == 0 && listed == 0) return {};
  std::string text = "parked, waiting for a person\n";
  for (const ParkedItem& item : status.parked) {
    const std::string whose = item.sale.empty() ? "subscription " + item.subscription.str()
                                                : "of the merchant's order " + item.sale.str();
    text += "  " + item.order.str() + "  " + printable(whose) + "  " +
            report::in_words(item.amount) + "  since " + to_iso8601(item.since) + "  " +
            std::string(to_text(item.reason)) + "\n";
  }
  if (all > listed) text += "  and " + std::to_string(all - listed) + " more\n";
  return text;
}

std::string held_section(const Held& held) {
  if (held.items.empty()) return {};
  std::string text =
      "held: nobody said whether the decline is soft or hard; a decline_mapping of the config or a "
      "decline_type of an import does\n";
  for (const HeldItem& item : held.items) {
    const std::string whose =
        item.sale.empty() ? "subscription " + item.subscription.str() : "order " + item.sale.str();
    text += "  " + printable(whose) + "  " + item.gateway.str() + "  " +
            printable(item.code + " " + item.message) + "  declined " +
            to_iso8601(item.declined_at) + "\n";
  }
  const std::int64_t more = held.subscriptions + held.sales - std::ssize(held.items);
  if (more > 0) text += "  and " + std::to_string(more) + " more\n";
  return text;
}

std::string sealed_section(const std::vector<std::string>& sealed) {
  std::string text;
  for (const std::string& why : sealed) text += line("sealed", why);
  if (sealed.empty()) return text;
  return text + line("", "nothing is written here; if it is to go on here: recycled adopt");
}

std::string totals_section(const std::vector<ports::Total>& totals) {
  std::string text = totals.empty() ? "" : "money\n";
  for (const ports::Total& total : totals) {
    std::string label(to_text(total.state));
    if (total.reason != billing::Reason::none)
      label += " (" + std::string(to_text(total.reason)) + ")";
    text += line(label, std::to_string(total.count) + " for " +
                            report::in_words(Money{total.minor, total.currency}));
  }
  return text;
}

std::string returned_section(const std::vector<ports::Returned>& returned) {
  std::string text = returned.empty() ? "" : "money that went back, not counted above\n";
  for (const ports::Returned& money : returned) {
    text += line(std::string(to_text(money.how)),
                 std::to_string(money.count) + " for " +
                     report::in_words(Money{money.minor, money.currency}));
  }
  return text;
}

// --- as JSON ---

template <class Set>
Json json_of(const std::map<Set, std::int64_t>& counts) {
  Json json = Json::object();
  for (const auto& [value, count] : counts) json[std::string(to_text(value))] = count;
  return json;
}

Json json_of(const std::vector<AgeBand>& bands) {
  Json json = Json::array();
  for (const AgeBand& band : bands) {
    json.push_back({{"from", to_text(band.from)}, {"count", band.count}});
  }
  return json;
}

Json json_of(const std::vector<ParkedItem>& items) {
  Json json = Json::array();
  for (const ParkedItem& item : items) {
    json.push_back({{"order_id", item.order.str()},
                    {"subscription_id", text_or_null(item.subscription.str())},
                    {"merchant_order_id", text_or_null(item.sale.str())},
                    {"reason", to_text(item.reason)},
                    {"amount", to_decimal(item.amount)},
                    {"currency", item.amount.currency.code()},
                    {"since", to_iso8601(item.since)}});
  }
  return json;
}

Json json_of(const Held& held) {
  Json items = Json::array();
  for (const HeldItem& item : held.items) {
    items.push_back({{"subscription_id", text_or_null(item.subscription.str())},
                     {"merchant_order_id", text_or_null(item.sale.str())},
                     {"gateway", item.gateway.str()},
                     {"decline_code", item.code},
                     {"decline_message", item.message},
                     {"declined_at", to_iso8601(item.declined_at)}});
  }
  return {{"subscriptions", held.subscriptions}, {"orders", held.sales}, {"items", items}};
}

Json json_of(const std::optional<ports::RunRow>& run) {
  if (!run) return {};
  return {{"run_id", run->id.str()},
          {"kind", run->kind},
          {"started_at", to_iso8601(run->started_at)},
          {"ended_at", when_or_null(run->ended_at)},
          {"summary", run->summary}};
}

Json json_of(const std::vector<ports::Total>& totals) {
  Json json = Json::array();
  for (const ports::Total& total : totals) {
    json.push_back({{"state", to_text(total.state)},
                    {"reason", to_text(total.reason)},
                    {"currency", total.currency.code()},
                    {"count", total.count},
                    {"amount", to_decimal(Money{total.minor, total.currency})}});
  }
  return json;
}

Json json_of(const std::vector<ports::Returned>& returned) {
  Json json = Json::array();
  for (const ports::Returned& money : returned) {
    json.push_back({{"how", to_text(money.how)},
                    {"currency", money.currency.code()},
                    {"count", money.count},
                    {"amount", to_decimal(Money{money.minor, money.currency})}});
  }
  return json;
}

}  // namespace

StatusReport gather_status(ports::LedgerReader& ledger, const billing::Rules& rules,
                           const ports::Calendar& calendar, Instant now) {
  StatusReport status;
  status.at = now;
  status.pauses = ledger.pauses();
  status.today = gather_today(ledger, rules.ceilings.day, calendar, now);
  status.counts = ledger.counts();
  status.open_by_age = {{days(0)}, {days(1)}, {days(7)}, {days(14)}, {days(21)}};
  status.next_due = ledger.next_due();
  status.next_step = ledger.next_step();
  status.last_run = ledger.last_run();
  status.totals = ledger.totals();
  status.returned = ledger.returned();
  status.held = gather_held(ledger, status.counts, rules);
  for (const RecoveryState state : open_states) {
    auto stored = ledger.in_state(state, RecoveryKey(), page);
    while (!stored.empty()) {
      for (const ports::StoredRecovery& one : stored) add_open(status, ledger, one);
      stored = ledger.in_state(state, stored.back().key, page);
    }
  }
  return status;
}

std::string to_text(const StatusReport& status) {
  return "status at " + to_iso8601(status.at) + "\n" + sealed_section(status.sealed) +
         section_of(status.pauses, status.at) +
         (status.today ? line("today", in_words(*status.today)) : "") +
         line("next due", against(status.next_due, status.at)) +
         line("next step", against(status.next_step, status.at)) +
         line("without news", in_words(status.without_news)) +
         line("last run", in_words(status.last_run)) + parked_section(status) +
         held_section(status.held) + section("subscriptions", status.counts.subscriptions) +
         section("orders", status.counts.sales) + section("recoveries", status.counts.recoveries) +
         ages_section(status.open_by_age) + not_taken_section(status.counts.refusals) +
         section("callbacks", status.counts.callbacks) + events_section(status) +
         pruned_section(status.counts) + totals_section(status.totals) +
         returned_section(status.returned);
}

std::string to_json(const StatusReport& status) {
  const Json silence{{"count", status.without_news.count},
                     {"oldest_claim", when_or_null(status.without_news.oldest_claim)}};
  const Json pruned{{"recoveries", status.counts.pruned_recoveries},
                    {"callbacks", status.counts.pruned_callbacks}};
  return written(Json{{"at", to_iso8601(status.at)},
                      {"sealed", status.sealed},
                      {"paused", json_of(status.pauses)},
                      {"today", json_of(status.today)},
                      {"next_due", when_or_null(status.next_due)},
                      {"next_step", when_or_null(status.next_step)},
                      {"without_news", silence},
                      {"last_run", json_of(status.last_run)},
                      {"parked", json_of(status.parked)},
                      {"held", json_of(status.held)},
                      {"subscriptions", json_of(status.counts.subscriptions)},
                      {"orders", json_of(status.counts.sales)},
                      {"recoveries", json_of(status.counts.recoveries)},
                      {"open_by_age", json_of(status.open_by_age)},
                      {"not_taken", json_of(status.counts.refusals)},
                      {"callbacks", json_of(status.counts.callbacks)},
                      {"events", json_of(status.counts.deliveries)},
                      {"pruned", pruned},
                      {"oldest_event", when_or_null(status.counts.oldest_delivery)},
                      {"totals", json_of(status.totals)},
                      {"returned", json_of(status.returned)}});
}

}  // namespace recycled::report
