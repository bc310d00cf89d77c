// The table of new sales.
#include "store/merchant_columns.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

#define SALE_COLUMNS                                                                      \
  "id, gateway, status, type, amount, currency, subscription, routing_profile, customer," \
  " campaign, product, " DECLINE_COLUMNS ", " CARD_COLUMNS ", " PAYER_COLUMNS

ports::StoredSale read(Columns& in) {
  ports::StoredSale stored;
  billing::Sale& sale = stored.sale;
  stored.key = in.key<SaleKey>();
  sale.id = in.id<SaleId>();
  sale.gateway = in.id<GatewayId>();
  sale.status = in.word(billing::parse_sale_status);
  sale.type = in.word(billing::parse_sale_type);
  sale.amount.minor = in.integer();
  sale.amount.currency = in.currency();
  sale.subscription = in.id<SubscriptionId>();
  sale.routing_profile = in.id<RoutingProfileId>();
  sale.customer = in.id<CustomerId>();
  sale.campaign = in.id<CampaignId>();
  sale.product = in.id<ProductId>();
  sale.declined = read_decline(in);
  sale.card = read_card(in);
  sale.payer = read_payer(in);
  stored.imported_at = in.instant();
  stored.changed_at = in.instant();
  return stored;
}

#define SELECT_SALE "SELECT key, " SALE_COLUMNS ", imported_at, changed_at FROM sale "

}  // namespace

std::optional<ports::StoredSale> SqlTx::sale(const SaleId& id) {
  auto& query =
      connection_.prepared(connection_.must_lock() ? SELECT_SALE "WHERE id = ? FOR NO KEY UPDATE"
                                                   : SELECT_SALE "WHERE id = ?");
  Binder(query) << id;
  return read_one(query, read);
}

ports::StoredSale SqlTx::sale(SaleKey key) {
  auto& query =
      connection_.prepared(connection_.must_lock() ? SELECT_SALE "WHERE key = ? FOR NO KEY UPDATE"
                                                   : SELECT_SALE "WHERE key = ?");
  Binder(query) << key;
  auto row = read_one(query, read);
  ensure(row.has_value(), "a sale's key is that of a row");
  return std::move(*row);
}

#define SALES_OF SELECT_SALE "WHERE subscription = ? AND subscription <> '' ORDER BY key"

std::vector<ports::StoredSale> SqlTx::sales_of(const SubscriptionId& subscription) {
  auto& query =
      connection_.prepared(connection_.must_lock() ? SALES_OF " FOR NO KEY UPDATE" : SALES_OF);
  Binder(query) << subscription;
  return read_all(query, read);
}

std::vector<ports::StoredSale> SqlTx::sales_declined(Instant to, ports::DueCursor after,
                                                     int limit) {
  auto& query = connection_.prepared(DECLINED_BEFORE(SELECT_SALE, "status = 'declined'"));
  Binder(query) << to << after.at << after.key << limit;
  return read_all(query, read);
}

std::vector<ports::StoredSale> SqlTx::sales_without_class(SaleKey after, int limit) {
  auto& query = connection_.prepared(
      SELECT_SALE
      "WHERE status = 'declined' AND decline_class IS NULL AND key > ? ORDER BY key LIMIT ?");
  Binder(query) << after << limit;
  return read_all(query, read);
}

SaleKey SqlTx::put_sale(const billing::Sale& sale, Instant now) {
  // The columns in the order of SALE_COLUMNS; a replaced row keeps its key and its first import.
  auto& put = connection_.prepared(
      "INSERT INTO sale (" SALE_COLUMNS
      ", imported_at, changed_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
      " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET (" SALE_COLUMNS
      ", changed_at) = (SELECT excluded.id, excluded.gateway, excluded.status, excluded.type,"
      " excluded.amount, excluded.currency, excluded.subscription, excluded.routing_profile,"
      " excluded.customer, excluded.campaign, excluded.product, excluded.declined_at,"
      " excluded.reattempts_made, excluded.last_attempt_at, excluded.decline_code,"
      " excluded.decline_message, excluded.decline_class, excluded.avs_result,"
      " excluded.cvv_result, excluded.card_token, excluded.card_first6, excluded.card_last4,"
      " excluded.card_brand, excluded.card_exp_month, excluded.card_exp_year,"
      " excluded.card_holder, excluded.email, excluded.phone, excluded.ip_address,"
      " excluded.first_name, excluded.last_name, excluded.address1, excluded.address2,"
      " excluded.city, excluded.state, excluded.zip, excluded.country, excluded.changed_at)"
      " RETURNING key");
  Binder out(put);
  out << sale.id << sale.gateway << billing::to_text(sale.status) << billing::to_text(sale.type)
      << sale.amount.minor << sale.amount.currency << sale.subscription << sale.routing_profile
      << sale.customer << sale.campaign << sale.product;
  bind_decline(out, sale.declined);
  bind_card(out, sale.card);
  bind_payer(out, sale.payer);
  out << now << now;
  ensure(put.step(), "an upsert returns its row");
  const auto key = Columns(put).key<SaleKey>();
  put.reset();
  return key;
}

void SqlTx::set_sale_status(SaleKey key, billing::SaleStatus status, Instant now) {
  auto& update = connection_.prepared("UPDATE sale SET status = ?, changed_at = ? WHERE key = ?");
  Binder(update) << billing::to_text(status) << now << key;
  update.run();
}

}  // namespace recycled::store
