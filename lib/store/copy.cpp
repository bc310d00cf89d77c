#include "store/copy.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ensure.hpp"

namespace recycled::store {
namespace {

constexpr int page_size = 500;

// In this order each refers to those before it. What is derived, as the queue of what is due, is
// made anew; who works on a ledger stays where he is.
std::vector<TableShape> shapes() {
  const auto by = [](const char* table, const char* key) {
    return TableShape{table, {key}, {key}};
  };
  std::vector<TableShape> all{by("subscription", "key"),  by("sale", "key"),
                              by("recovery", "key"),      by("request", "recovery_key"),
                              by("call", "recovery_key"), by("attempt", "key"),
                              by("callback", "key"),      by("inbox", "callback_key"),
                              by("nonce", "nonce"),       by("audit", "key"),
                              by("audit_head", "only"),   by("outbox", "key"),
                              by("dry_run", "digest"),    by("pause", "key")};
  all.push_back({"delivery", {"sink", "outbox_key"}, {"sink", "outbox_key"}});
  all.push_back({"run", {"started_at", "id"}, {"id"}});  // the newest one comes last
  all.push_back({"meta", {"name"}, {"name"}, "name NOT IN ('moved_to', 'arriving')"});
  return all;
}

std::vector<Column> shared_columns(Connection& from, Connection& to, const TableShape& shape) {
  const auto old_columns = columns_of(from, shape.name);
  const auto new_columns = columns_of(to, shape.name);
  std::vector<Column> shared;
  for (const Column& column : old_columns) {
    if (std::ranges::find(new_columns, column) != new_columns.end()) shared.push_back(column);
  }
  // PostgreSQL's runs have a key, for want of SQLite's own.
  const bool is_run = shape.name == "run";
  ensure(is_run || (shared.size() == old_columns.size() && shared.size() == new_columns.size()),
         "a table has the same columns in both");
  return shared;
}

}  // namespace

Copy::Copy(Connection& from, Connection& to) {
  for (const TableShape& shape : shapes()) {
    tables_.emplace_back(from, to, shape, shared_columns(from, to, shape));
  }
}

CopyPass Copy::pass() {
  CopyPass done;
  touched_.clear();
  for (Pair& pair : tables_) copy(pair, done);
  // What refers to another goes before it.
  for (auto touched = touched_.rbegin(); touched != touched_.rend(); ++touched) {
    for (const Row& key : touched->extra) touched->pair->new_table.remove(key);
    done.written += std::ssize(touched->extra);
  }
  for (const Touched& touched : touched_) hold_against(touched);
  return done;
}

void Copy::copy(Pair& pair, CopyPass& done) {
  std::optional<Row> after;
  while (true) {
    const auto rows = pair.old_table.page(after, page_size);
    done.rows += std::ssize(rows);
    if (rows.empty()) break;
    const Row last = pair.old_table.place_of(rows.back());
    const std::string digest = digest_of(rows);
    const auto known = pair.known.find(after);
    const bool is_same =
        known != pair.known.end() && known->second.last == last && known->second.digest == digest;
    if (!is_same) write(pair, {&pair, after, last, digest}, rows, done);
    after = last;
  }
  Touched beyond{&pair, after, std::nullopt, digest_of({})};
  for (const Row& row : pair.new_table.range(after, std::nullopt)) {
    beyond.extra.push_back(pair.new_table.key_of(row));
  }
  if (!beyond.extra.empty()) touched_.push_back(std::move(beyond));
}

void Copy::write(Pair& pair, Touched page, const std::vector<Row>& rows, CopyPass& done) {
  const auto there = pair.new_table.range(page.after, page.last);
  if (digest_of(there) == page.digest) {
    pair.known[page.after] = {*page.last, page.digest};
    return;
  }
  const std::set<Row> same(there.begin(), there.end());
  std::set<Row> keys;
  std::vector<const Row*> other;
  for (const Row& row : rows) {
    keys.insert(pair.old_table.key_of(row));
    if (!same.contains(row)) other.push_back(&row);
  }
  pair.new_table.put(other);
  done.written += std::ssize(other);
  for (const Row& row : there) {
    Row key = pair.new_table.key_of(row);
    if (!keys.contains(key)) page.extra.push_back(std::move(key));
  }
  touched_.push_back(std::move(page));
}

void Copy::hold_against(const Touched& page) {
  Pair& pair = *page.pair;
  if (digest_of(pair.new_table.range(page.after, page.last)) != page.digest) {
    throw SqlError(SqlError::Of::all, Fault::store,
                   "what was copied of " + pair.new_table.name() + " is not the same there");
  }
  if (page.last) pair.known[page.after] = {*page.last, page.digest};
}

}  // namespace recycled::store
