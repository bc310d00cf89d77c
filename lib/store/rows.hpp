// Values to columns and back. A Binder writes parameters from the first on, a Columns reads columns
// from the first on: the order of a statement's column list is written once, beside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/ensure.hpp"
#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "ports/ledger.hpp"

// As the index recovery_busy has it: a statement uses that only if it says the same.
#define IS_BUSY(recovery)                                                     \
  recovery ".ended IS NULL AND " recovery ".state <> 'waiting' AND " recovery \
           ".state"                                                           \
           " <> 'grace'"

// What a scan walks: the front of the queue. CROSS JOIN keeps SQLite to that order.
#define DUE_BY_NOW                                                                      \
  " FROM due CROSS JOIN subscription ON key = subscription_key"                         \
  " WHERE at <= ?1 AND (at, subscription_key) > (?2, ?3) ORDER BY at, subscription_key" \
  " LIMIT ?4"

// Those declined before ?1, in order of (declined_at, key), after (?2, ?3). In two parts, since
// half a file may have been declined at one instant: the index finds a key among those of one
// instant, but not beside a later one.
#define DECLINED_BEFORE(select, of)                                                               \
  select " WHERE " of " AND declined_at < ?1 AND declined_at = ?2 AND key > ?3 UNION ALL " select \
         " WHERE " of                                                                             \
         " AND declined_at < ?1 AND declined_at > ?2"                                             \
         " ORDER BY declined_at, key LIMIT ?4"

namespace recycled::store {

class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  Binder& operator<<(std::int64_t value) {
    statement_.bind(next_++, value);
    return *this;
  }
  Binder& operator<<(int value) { return *this << std::int64_t{value}; }
  Binder& operator<<(const std::string& value) {
    statement_.bind(next_++, value);
    return *this;
  }
  Binder& operator<<(std::string_view value) { return *this << std::string(value); }
  Binder& operator<<(const char* value) { return *this << std::string(value); }
  Binder& operator<<(Instant value) { return *this << to_millis(value); }
  Binder& operator<<(CivilDate value) { return *this << to_iso8601(value); }
  Binder& operator<<(Currency value) { return *this << value.code(); }
  template <class Tag>
  Binder& operator<<(const Id<Tag>& value) {
    return *this << value.str();
  }
  template <class Tag>
  Binder& operator<<(Key<Tag> value) {
    return *this << value.value();
  }
  template <class T>
  Binder& operator<<(const std::optional<T>& value) {
    if (value) return *this << *value;
    statement_.bind(next_++);
    return *this;
  }
  Binder& blob(const std::string& value) {
    statement_.bind(next_++, value.data(), static_cast<int>(value.size()));
    return *this;
  }

 private:
  SQLite::Statement& statement_;
  int next_ = 1;
};

// The two columns of a row that is about a subscription or about a sale.
inline Binder& operator<<(Binder& out, const ports::Subject& subject) {
  const auto* subscription = std::get_if<SubscriptionKey>(&subject);
  const auto* sale = std::get_if<SaleKey>(&subject);
  const auto of = [](const auto* key) {
    return key == nullptr ? std::nullopt : std::optional(key->value());
  };
  return out << of(subscription) << of(sale);
}

// A word of a closed set, by that set's own parser.
template <class T>
T parsed(std::string_view word, std::optional<T> (*parse)(std::string_view)) {
  const auto value = parse(word);
  ensure(value.has_value(), "a stored word is one of its set");
  return *value;
}

class Columns {
 public:
  explicit Columns(SQLite::Statement& statement) : statement_(statement) {}

  std::int64_t integer() { return column().getInt64(); }
  int number() { return static_cast<int>(integer()); }
  bool flag() { return integer() != 0; }
  std::string text() { return column().getString(); }
  Instant instant() { return from_millis(integer()); }

  template <class T>
  T id() {
    return T(text());
  }
  template <class T>
  T key() {
    return T(integer());
  }
  ports::Subject subject() {
    const auto subscription = integer();  // a null reads as 0, which no row's key is
    const auto sale = integer();
    if (sale != 0) return SaleKey(sale);
    return SubscriptionKey(subscription);
  }
  Currency currency() {
    const auto parsed = Currency::parse(text());
    ensure(parsed.has_value(), "a stored currency is one");
    return *parsed;
  }
  std::optional<std::int64_t> maybe_integer() {
    const SQLite::Column value = column();
    if (value.isNull()) return std::nullopt;
    return value.getInt64();
  }
  std::optional<int> maybe_number() {
    const auto value = maybe_integer();
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  }
  template <class T>
  std::optional<T> maybe_key() {
    const auto value = maybe_integer();
    return value ? std::optional(T(*value)) : std::nullopt;
  }
  std::optional<Instant> maybe_instant() {
    const SQLite::Column value = column();
    if (value.isNull()) return std::nullopt;
    return from_millis(value.getInt64());
  }
  std::optional<std::string> maybe_text() {
    const SQLite::Column value = column();
    if (value.isNull()) return std::nullopt;
    return value.getString();
  }
  std::optional<CivilDate> maybe_date() {
    const auto value = maybe_text();
    return value ? parse_date(*value) : std::nullopt;
  }
  template <class T>
  T word(std::optional<T> (*parse)(std::string_view)) {
    return parsed(text(), parse);
  }

 private:
  SQLite::Column column() { return statement_.getColumn(next_++); }

  SQLite::Statement& statement_;
  int next_ = 0;
};

}  // namespace recycled::store
