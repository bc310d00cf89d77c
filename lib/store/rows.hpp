// Values to columns and back. A Binder writes parameters from the first on, a Columns reads columns
// from the first on: the order of a statement's column list is written once, beside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/ensure.hpp"
#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "ports/ledger.hpp"
#include "store/statement.hpp"

// As the index recovery_busy has it: a statement uses that only if it says the same.
#define IS_BUSY(recovery)                                                     \
  recovery ".ended IS NULL AND " recovery ".state <> 'waiting' AND " recovery \
           ".state"                                                           \
           " <> 'grace'"

// What a scan walks: the front of the queue. CROSS JOIN is what keeps SQLite to that order.
#define DUE_BY_NOW(join)                                                                \
  " FROM due " join                                                                     \
  " subscription ON key = subscription_key"                                             \
  " WHERE at <= ?1 AND (at, subscription_key) > (?2, ?3) ORDER BY at, subscription_key" \
  " LIMIT ?4"

// The same of one part, where others write too: whom they are at is passed over.
#define DUE_IN_PART                                                       \
  " FROM due JOIN subscription ON key = subscription_key AND due_at = at" \
  " WHERE part = ?5 AND at <= ?1 AND (at, subscription_key) > (?2, ?3)"   \
  " ORDER BY at, subscription_key LIMIT ?4"                               \
  " FOR NO KEY UPDATE OF subscription SKIP LOCKED"

// Those declined before ?1, in order of (declined_at, key), after (?2, ?3). In two parts, since
// half a file may have been declined at one instant: the index finds a key among those of one
// instant, but not beside a later one.
#define DECLINED_BEFORE(select, of)                                                               \
  select " WHERE " of " AND declined_at < ?1 AND declined_at = ?2 AND key > ?3 UNION ALL " select \
         " WHERE " of                                                                             \
         " AND declined_at < ?1 AND declined_at > ?2"                                             \
         " ORDER BY declined_at, key LIMIT ?4"

namespace recycled::store {

// As PostgreSQL writes one.
inline std::string as_array(const std::vector<RecoveryKey>& keys) {
  std::string text = "{";
  for (const RecoveryKey key : keys) {
    if (text.size() > 1) text += ",";
    text += std::to_string(key.value());
  }
  return text + "}";
}

// What is bound lives until its statement has run, as whatever has a name does; what has none, a
// call's result say, is copied.
class Binder {
 public:
  explicit Binder(Statement& statement) : statement_(statement) {}

  Binder& operator<<(std::int64_t value) {
    statement_.bind(next_++, value);
    return *this;
  }
  Binder& operator<<(int value) { return *this << std::int64_t{value}; }
  Binder& operator<<(const std::string& value) { return bind(value, Text::stays); }
  Binder& operator<<(const std::string&& value) { return bind(value, Text::passes); }
  // A word of a closed set.
  Binder& operator<<(std::string_view value) { return bind(value, Text::stays); }
  Binder& operator<<(Instant value) { return *this << to_millis(value); }
  Binder& operator<<(CivilDate value) { return *this << to_iso8601(value); }
  Binder& operator<<(Currency value) { return bind(value.code(), Text::passes); }
  template <class Tag>
  Binder& operator<<(const Id<Tag>& value) {
    return bind(value.str(), Text::stays);
  }
  template <class Tag>
  Binder& operator<<(const Id<Tag>&& value) {
    return bind(value.str(), Text::passes);
  }
  template <class Tag>
  Binder& operator<<(Key<Tag> value) {
    return *this << value.value();
  }
  template <class T>
  Binder& operator<<(const std::optional<T>& value) {
    if (value) return *this << *value;
    statement_.bind_null(next_++);
    return *this;
  }
  template <class T>
  Binder& operator<<(const std::optional<T>&& value) {
    if (value) return *this << std::move(*value);  // const, and so copied in any case
    statement_.bind_null(next_++);
    return *this;
  }
  Binder& blob(const std::string& value) {
    statement_.bind_bytes(next_++, value, Text::stays);
    return *this;
  }

 private:
  Binder& bind(std::string_view text, Text life) {
    statement_.bind(next_++, text, life);
    return *this;
  }

  Statement& statement_;
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
  explicit Columns(Statement& statement) : statement_(statement) {}

  std::int64_t integer() { return statement_.integer(next_++); }
  int number() { return static_cast<int>(integer()); }
  bool flag() { return integer() != 0; }
  std::string text() { return std::string(statement_.text(next_++)); }
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
    const auto parsed = Currency::parse(statement_.text(next_++));
    ensure(parsed.has_value(), "a stored currency is one");
    return *parsed;
  }
  std::optional<std::int64_t> maybe_integer() {
    return is_null() ? std::nullopt : std::optional(integer());
  }
  std::optional<int> maybe_number() { return is_null() ? std::nullopt : std::optional(number()); }
  template <class T>
  std::optional<T> maybe_key() {
    return is_null() ? std::nullopt : std::optional(key<T>());
  }
  std::optional<Instant> maybe_instant() {
    return is_null() ? std::nullopt : std::optional(instant());
  }
  std::optional<std::string> maybe_text() {
    return is_null() ? std::nullopt : std::optional(text());
  }
  std::optional<CivilDate> maybe_date() {
    return is_null() ? std::nullopt : parse_date(statement_.text(next_++));
  }
  template <class T>
  T word(std::optional<T> (*parse)(std::string_view)) {
    return parsed(statement_.text(next_++), parse);
  }

 private:
  // Whether the next one is, which is passed over then.
  bool is_null() {
    if (!statement_.is_null(next_)) return false;
    ++next_;
    return true;
  }

  Statement& statement_;
  int next_ = 0;
};

// What a query found, each row as `read` takes it from its Columns.
template <class Read>
auto read_all(Statement& statement, Read read) {
  std::vector<std::invoke_result_t<Read, Columns&>> rows;
  while (statement.step()) {
    Columns in(statement);
    rows.push_back(read(in));
  }
  statement.reset();
  return rows;
}

// The same of a query whose first row is wanted alone.
template <class Read>
auto read_one(Statement& statement, Read read) {
  std::optional<std::invoke_result_t<Read, Columns&>> row;
  if (statement.step()) {
    Columns in(statement);
    row.emplace(read(in));
  }
  statement.reset();
  return row;
}

}  // namespace recycled::store
