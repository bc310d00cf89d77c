// The subscription table: read whole, written whole by an import, in part by a settlement.
#include "store/merchant_columns.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

#define SUBSCRIPTION_COLUMNS                                                                   \
  "key, id, gateway, status, cycle, price, currency, interval, final_cycle, next_bill_on,"     \
  " anchor_day, declined_at, reattempts_made, last_attempt_at, decline_code, decline_message," \
  " decline_class, avs_result, cvv_result, customer, campaign, product, card_token,"           \
  " card_first6, card_last4, card_brand, card_exp_month, card_exp_year, card_holder, email,"   \
  " phone, ip_address, first_name, last_name, address1, address2, city, state, zip, country,"  \
  " due_at, not_taken, not_taken_detail, fail_reason, rebill_with, imported_at, changed_at"

#define SETTLE(and_clear)                                                                  \
  "UPDATE subscription SET status = ?, cycle = ?, gateway = ?, card_token = ?, price = ?," \
  " next_bill_on = ?, anchor_day = ?, fail_reason = ?, due_at = NULL, not_taken = NULL,"   \
  " not_taken_detail = '', changed_at = ?" and_clear " WHERE key = ? AND cycle = ?"
#define CLEAR_DECLINE                                                                          \
  ", declined_at = NULL, reattempts_made = NULL, last_attempt_at = NULL, decline_code = NULL," \
  " decline_message = NULL, decline_class = NULL, avs_result = NULL, cvv_result = NULL"

ports::Plan read_plan(Columns& in) {
  ports::Plan plan;
  plan.due_at = in.maybe_instant();
  const auto reason = in.maybe_text();
  const std::string detail = in.text();
  if (reason) {
    const auto parsed = billing::parse_not_taken(*reason);
    ensure(parsed.has_value(), "a stored refusal is one we know");
    plan.refusal = billing::Refusal{*parsed, detail};
  }
  return plan;
}

ports::StoredSubscription read(Columns& in) {
  ports::StoredSubscription stored;
  billing::Subscription& subscription = stored.subscription;
  stored.key = in.key<SubscriptionKey>();
  subscription.id = in.id<SubscriptionId>();
  subscription.gateway = in.id<GatewayId>();
  subscription.status = in.word(billing::parse_subscription_status);
  subscription.cycle = in.number();
  subscription.price.minor = in.integer();
  subscription.price.currency = in.currency();
  subscription.interval = in.word(billing::parse_interval);
  subscription.final_cycle = in.maybe_number();
  subscription.next_bill_on = in.maybe_date();
  subscription.anchor_day = in.maybe_number();
  subscription.declined = read_decline(in);
  subscription.customer = in.id<CustomerId>();
  subscription.campaign = in.id<CampaignId>();
  subscription.product = in.id<ProductId>();
  subscription.card = read_card(in);
  subscription.payer = read_payer(in);
  stored.plan = read_plan(in);
  stored.fail_reason = in.text();
  stored.rebill_with = in.word(billing::parse_rebill_with);
  stored.imported_at = in.instant();
  stored.changed_at = in.instant();
  return stored;
}

void bind_plan(Binder& out, const ports::Plan& plan) {
  std::optional<std::string_view> reason;
  if (plan.refusal) reason = billing::to_text(plan.refusal->reason);
  out << plan.due_at << reason << (plan.refusal ? plan.refusal->detail : std::string());
}

void bind_merchant_columns(Binder& out, const billing::Subscription& subscription) {
  out << subscription.gateway << billing::to_text(subscription.status) << subscription.cycle
      << subscription.price.minor << subscription.price.currency
      << billing::to_text(subscription.interval) << subscription.final_cycle
      << subscription.next_bill_on << subscription.anchor_day;
  bind_decline(out, subscription.declined);
  out << subscription.customer << subscription.campaign << subscription.product;
  bind_card(out, subscription.card);
  bind_payer(out, subscription.payer);
}

}  // namespace

#define SUBSCRIPTION_BY(column) \
  "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription WHERE " column " = ?"

std::optional<ports::StoredSubscription> SqlTx::subscription(const SubscriptionId& id) {
  auto& query = connection_.prepared(
      connection_.must_lock() ? SUBSCRIPTION_BY("id") " FOR NO KEY UPDATE" : SUBSCRIPTION_BY("id"));
  Binder(query) << id;
  return read_one(query, read);
}

ports::StoredSubscription SqlTx::subscription(SubscriptionKey key) {
  auto& query =
      connection_.prepared(connection_.must_lock() ? SUBSCRIPTION_BY("key") " FOR NO KEY UPDATE"
                                                   : SUBSCRIPTION_BY("key"));
  Binder(query) << key;
  auto row = read_one(query, read);
  ensure(row.has_value(), "a subscription's key is that of a row");
  return std::move(*row);
}

// Through the table itself: there may be as many as there are rows, and an index would lead from
// one end of the file to the other.
ports::SubscriptionPage SqlTx::in_recycle_billing(SubscriptionKey after, int looked_at) {
  ports::SubscriptionPage page;
  auto& end = connection_.prepared(
      "SELECT max(key) FROM (SELECT key FROM subscription WHERE key > ? ORDER BY key LIMIT ?) AS "
      "page");
  Binder(end) << after << looked_at;
  if (end.step()) page.last = Columns(end).maybe_key<SubscriptionKey>();
  end.reset();
  if (!page.last) return page;
  auto& query = connection_.prepared("SELECT " SUBSCRIPTION_COLUMNS
                                     " FROM subscription WHERE key > ? AND key <= ?"
                                     " AND status = 'recycle_billing' ORDER BY key");
  Binder(query) << after << *page.last;
  page.found = read_all(query, read);
  return page;
}

std::vector<ports::StoredSubscription> SqlTx::held(int limit) {
  // The word stands in the statement, or the index of such rows would not be used.
  auto& query = connection_.prepared("SELECT " SUBSCRIPTION_COLUMNS
                                     " FROM subscription WHERE not_taken = 'unclassified_decline'"
                                     " AND status = 'recycle_billing' ORDER BY key LIMIT ?");
  Binder(query) << limit;
  return read_all(query, read);
}

std::vector<ports::StoredSubscription> SqlTx::subscriptions_declined(Instant to,
                                                                     ports::DueCursor after,
                                                                     int limit) {
  auto& query = connection_.prepared(DECLINED_BEFORE(
      "SELECT " SUBSCRIPTION_COLUMNS " FROM subscription", "declined_at IS NOT NULL"));
  Binder(query) << to << after.at << after.key << limit;
  return read_all(query, read);
}

namespace {

// The first part from there on in which something is due and nobody else is at work; it is this
// transaction's until that ends.
std::optional<std::int64_t> take_part(Connection& connection, Instant now,
                                      const ports::DuePlace& from) {
  auto& take = connection.prepared(
      "SELECT g.key FROM guard AS g WHERE g.key >= greatest(?2, 1) AND EXISTS ("
      "SELECT 1 FROM due AS d WHERE d.part = g.key AND d.at <= ?1"
      " AND (g.key > ?2 OR (d.at, d.subscription_key) > (?3, ?4)))"
      " ORDER BY g.key LIMIT 1 FOR UPDATE SKIP LOCKED");
  Binder(take) << now << from.part << from.after.at << from.after.key;
  std::optional<std::int64_t> part;
  if (take.step()) part = take.integer(0);
  take.reset();
  return part;
}

}  // namespace

// Where several scan, each takes what is due part by part: of a part, and so of a card, one alone
// claims at a time.
ports::DuePage SqlTx::due(Instant now, ports::DuePlace from, int limit) {
  ports::DuePage page;
  if (connection_.must_lock()) {
    const auto part = take_part(connection_, now, from);
    if (!part) return page;
    if (*part != from.part) from = ports::DuePlace{*part};
  }
  auto& query = connection_.prepared(Sql{"SELECT " SUBSCRIPTION_COLUMNS DUE_BY_NOW("CROSS JOIN"),
                                         "SELECT " SUBSCRIPTION_COLUMNS DUE_IN_PART});
  Binder out(query);
  out << now << from.after.at << from.after.key << limit;
  if (connection_.dialect() != Dialect::sqlite) out << from.part;
  page.found = read_all(query, read);
  if (static_cast<int>(page.found.size()) == limit) {
    const auto& last = page.found.back();
    page.next = ports::DuePlace{from.part, {*last.plan.due_at, last.key.value()}};
  } else if (from.part > 0) {
    page.next = ports::DuePlace{from.part + 1};
  }
  return page;
}

std::optional<Instant> SqlTx::next_due() {
  auto& query = connection_.prepared(
      Sql{"SELECT at FROM due ORDER BY at LIMIT 1",
          "SELECT d.at FROM guard AS g CROSS JOIN LATERAL"
          " (SELECT at FROM due WHERE part = g.key ORDER BY at LIMIT 1) AS d ORDER BY at LIMIT 1"});
  std::optional<Instant> due;
  if (query.step()) due = Columns(query).instant();
  query.reset();
  return due;
}

SubscriptionKey SqlTx::put_subscription(const billing::Subscription& subscription,
                                        const ports::Plan& plan, Instant now) {
  auto& put = connection_.prepared(
      "INSERT INTO subscription (id, gateway, status, cycle, price, currency, interval,"
      " final_cycle, next_bill_on, anchor_day, declined_at, reattempts_made, last_attempt_at,"
      " decline_code, decline_message, decline_class, avs_result, cvv_result, customer, campaign,"
      " product, card_token, card_first6, card_last4, card_brand, card_exp_month, card_exp_year,"
      " card_holder, email, phone, ip_address, first_name, last_name, address1, address2, city,"
      " state, zip, country, due_at, not_taken, not_taken_detail, imported_at, changed_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (id) DO UPDATE SET gateway = excluded.gateway, status = excluded.status,"
      " cycle = excluded.cycle, price = excluded.price, currency = excluded.currency,"
      " interval = excluded.interval, final_cycle = excluded.final_cycle,"
      " next_bill_on = excluded.next_bill_on, anchor_day = excluded.anchor_day,"
      " declined_at = excluded.declined_at, reattempts_made = excluded.reattempts_made,"
      " last_attempt_at = excluded.last_attempt_at, decline_code = excluded.decline_code,"
      " decline_message = excluded.decline_message, decline_class = excluded.decline_class,"
      " avs_result = excluded.avs_result, cvv_result = excluded.cvv_result,"
      " customer = excluded.customer, campaign = excluded.campaign, product = excluded.product,"
      " card_token = excluded.card_token, card_first6 = excluded.card_first6,"
      " card_last4 = excluded.card_last4, card_brand = excluded.card_brand,"
      " card_exp_month = excluded.card_exp_month, card_exp_year = excluded.card_exp_year,"
      " card_holder = excluded.card_holder, email = excluded.email, phone = excluded.phone,"
      " ip_address = excluded.ip_address, first_name = excluded.first_name,"
      " last_name = excluded.last_name, address1 = excluded.address1,"
      " address2 = excluded.address2, city = excluded.city, state = excluded.state,"
      " zip = excluded.zip, country = excluded.country, due_at = excluded.due_at,"
      " not_taken = excluded.not_taken, not_taken_detail = excluded.not_taken_detail,"
      " fail_reason = '', changed_at = excluded.changed_at"
      " RETURNING key");
  Binder out(put);
  out << subscription.id;
  bind_merchant_columns(out, subscription);
  bind_plan(out, plan);
  out << now << now;
  ensure(put.step(), "an upsert returns its row");
  const auto key = Columns(put).key<SubscriptionKey>();
  put.reset();
  return key;
}

void SqlTx::set_plan(SubscriptionKey key, const ports::Plan& plan) {
  auto& update = connection_.prepared(
      "UPDATE subscription SET due_at = ?, not_taken = ?, not_taken_detail = ? WHERE key = ?");
  Binder out(update);
  bind_plan(out, plan);
  out << key;
  update.run();
}

void SqlTx::set_status(SubscriptionKey key, billing::SubscriptionStatus status, Instant now) {
  auto& update = connection_.prepared(
      "UPDATE subscription SET status = ?, due_at = NULL, not_taken = NULL, not_taken_detail = '',"
      " changed_at = ? WHERE key = ?");
  Binder(update) << billing::to_text(status) << now << key;
  update.run();
}

void SqlTx::set_rebill(SubscriptionKey key, billing::RebillWith with) {
  auto& update = connection_.prepared("UPDATE subscription SET rebill_with = ? WHERE key = ?");
  Binder(update) << billing::to_text(with) << key;
  update.run();
}

bool SqlTx::settle(const ports::Settlement& settlement, Instant now) {
  auto& update =
      connection_.prepared(settlement.clear_decline ? SETTLE(CLEAR_DECLINE) : SETTLE(""));
  Binder(update) << billing::to_text(settlement.status) << settlement.cycle << settlement.gateway
                 << settlement.card_token << settlement.price.minor << settlement.next_bill_on
                 << settlement.anchor_day << settlement.fail_reason << now << settlement.key
                 << settlement.expected_cycle;
  return update.run_and_count() == 1;
}

}  // namespace recycled::store
