// The kill switch's table, and what the breaker goes by.
#include "base/card_number.hpp"
#include "store/rows.hpp"
#include "store/sql_tx.hpp"

namespace recycled::store {

std::vector<ports::Pause> SqlTx::pauses() {
  auto& query = connection_.prepared(
      "SELECT at, word, gateway, said_by, reason FROM pause AS one WHERE word = 'paused'"
      " AND NOT EXISTS (SELECT 1 FROM pause WHERE gateway = one.gateway AND key > one.key)"
      " ORDER BY gateway");
  return read_all(query, [](Columns& in) {
    ports::Pause pause;
    pause.at = in.instant();
    pause.word = in.word(ports::parse_pause_word);
    pause.gateway = in.id<GatewayId>();
    pause.by = in.text();
    pause.reason = in.text();
    return pause;
  });
}

void SqlTx::add_pause(const ports::Pause& pause) {
  auto& insert = connection_.prepared(
      "INSERT INTO pause (at, word, gateway, said_by, reason) VALUES (?, ?, ?, ?, ?)");
  Binder(insert) << pause.at << to_text(pause.word) << pause.gateway << pause.by
                 << hide_card_numbers(pause.reason);
  insert.run();
}

// Of several at work each goes by what it has seen itself, or all would wait for one row at each
// end; whoever comes to a place after another goes on with what that one saw.
#define OUR_PLACE "coalesce((SELECT place FROM worker WHERE key = ?2), 0)"

std::string SqlTx::recent_results(const GatewayId& gateway) {
  auto& query = connection_.prepared(
      Sql{"SELECT letters FROM recent_results WHERE gateway = ?1",
          "SELECT letters FROM recent_results WHERE gateway = ?1 AND place = " OUR_PLACE});
  Binder out(query);
  out << gateway;
  if (connection_.dialect() != Dialect::sqlite) out << connection_.worker();
  std::string letters;
  if (query.step()) letters = Columns(query).text();
  query.reset();
  return letters;
}

void SqlTx::set_recent_results(const GatewayId& gateway, const std::string& letters) {
  if (letters.empty()) {
    auto& forget = connection_.prepared("DELETE FROM recent_results WHERE gateway = ?");
    Binder(forget) << gateway;
    return forget.run();
  }
  auto& insert = connection_.prepared(
      Sql{"INSERT INTO recent_results (gateway, letters) VALUES (?1, ?2)"
          " ON CONFLICT (gateway) DO UPDATE SET letters = excluded.letters",
          "INSERT INTO recent_results (gateway, place, letters) VALUES (?1, " OUR_PLACE ", ?3)"
          " ON CONFLICT (gateway, place) DO UPDATE SET letters = excluded.letters"});
  Binder out(insert);
  out << gateway;
  if (connection_.dialect() != Dialect::sqlite) out << connection_.worker();
  out << letters;
  insert.run();
}

}  // namespace recycled::store
