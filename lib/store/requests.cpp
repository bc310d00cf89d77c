// The bytes that are sent, and sent again, as they were made.
#include <utility>

#include "base/ensure.hpp"
#include "crypto/digest.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {
namespace {

struct Kept {
  std::string sum;
  std::string body;
};

void read_into(std::vector<Kept>& requests, Statement& query) {
  while (query.step()) {
    Columns in(query);
    Kept& kept = requests.emplace_back();
    kept.sum = in.text();
    kept.body = in.text();
  }
  query.reset();
}

}  // namespace

std::string SqlTx::request(RecoveryKey key) { return std::move(requests({key}).front()); }

// Elsewhere a row would be a round trip.
std::vector<std::string> SqlTx::requests(const std::vector<RecoveryKey>& keys) {
  if (keys.empty()) return {};
  std::vector<Kept> requests;
  if (connection_.dialect() != Dialect::sqlite) {
    auto& query = connection_.prepared(
        "SELECT r.sha256, r.body FROM unnest(?::text::bigint[]) WITH ORDINALITY AS wanted(key, "
        "place)"
        " JOIN request AS r ON r.recovery_key = wanted.key ORDER BY wanted.place");
    Binder(query) << as_array(keys);
    read_into(requests, query);
  } else {
    for (const RecoveryKey key : keys) {
      auto& query = connection_.prepared("SELECT sha256, body FROM request WHERE recovery_key = ?");
      Binder(query) << key;
      read_into(requests, query);
    }
  }
  ensure(requests.size() == keys.size(), "every recovery has its request");
  std::vector<std::string> bodies;
  bodies.reserve(requests.size());
  for (Kept& kept : requests) {
    // Other bytes under the same key would be lessons.md 4; better to stop.
    ensure(crypto::to_hex(crypto::sha256(kept.body)) == kept.sum,
           "a stored request is what it was");
    bodies.push_back(std::move(kept.body));
  }
  return bodies;
}

void SqlTx::replace_request(RecoveryKey key, const std::string& body) {
  auto& put = connection_.prepared(
      "INSERT INTO request (recovery_key, sha256, body) VALUES (?, ?, ?)"
      " ON CONFLICT (recovery_key) DO UPDATE SET sha256 = excluded.sha256, body = excluded.body");
  Binder(put) << key << crypto::to_hex(crypto::sha256(body)) << body;
  put.run();
}

}  // namespace recycled::store
