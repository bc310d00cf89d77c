// The kill switch's table, and what the breaker goes by.
#include "base/card_number.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {

std::vector<ports::Pause> SqlTx::pauses() {
  auto& query = connection_.prepared(
      "SELECT at, word, gateway, said_by, reason FROM pause"
      " WHERE key IN (SELECT max(key) FROM pause GROUP BY gateway) AND word = 'paused'"
      " ORDER BY gateway");
  std::vector<ports::Pause> standing;
  while (query.step()) {
    Columns in(query);
    ports::Pause pause;
    pause.at = in.instant();
    pause.word = in.word(ports::parse_pause_word);
    pause.gateway = in.id<GatewayId>();
    pause.by = in.text();
    pause.reason = in.text();
    standing.push_back(std::move(pause));
  }
  query.reset();
  return standing;
}

void SqlTx::add_pause(const ports::Pause& pause) {
  auto& insert = connection_.prepared(
      "INSERT INTO pause (at, word, gateway, said_by, reason) VALUES (?, ?, ?, ?, ?)");
  Binder(insert) << pause.at << to_text(pause.word) << pause.gateway << pause.by
                 << hide_card_numbers(pause.reason);
  insert.run();
}

std::string SqlTx::recent_results(const GatewayId& gateway) {
  auto& query = connection_.prepared("SELECT letters FROM recent_results WHERE gateway = ?");
  Binder(query) << gateway;
  std::string letters;
  if (query.step()) letters = Columns(query).text();
  query.reset();
  return letters;
}

void SqlTx::set_recent_results(const GatewayId& gateway, const std::string& letters) {
  auto& insert = connection_.prepared(
      "INSERT INTO recent_results (gateway, letters) VALUES (?, ?)"
      " ON CONFLICT (gateway) DO UPDATE SET letters = excluded.letters");
  Binder(insert) << gateway << letters;
  insert.run();
}

}  // namespace recycled::store
