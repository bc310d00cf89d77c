// All tables of a ledger in two databases, and what makes the one like the other.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/table.hpp"

namespace recycled::store {

// One walk over all tables.
struct CopyPass {
  std::int64_t rows = 0;     // that are there
  std::int64_t written = 0;  // that had to be written, or taken away, to be the same
};

class Copy {
 public:
  // Both outlive it, and have the same schema. Nobody else writes to the new one.
  Copy(Connection& from, Connection& to);

  // In a transaction of either side. Afterwards every page is the same at both, by its digest; what
  // is known to be so of an earlier pass is not read there again. SqlError with Fault::store where
  // what was written is not what is there.
  CopyPass pass();

 private:
  // A table on both sides.
  struct Pair {
    Pair(Connection& from, Connection& to, const TableShape& shape,
         const std::vector<Column>& columns)
        : old_table(from, shape, columns), new_table(to, shape, columns) {}

    Table old_table;
    Table new_table;
    // What is known to be the same: by where a page begins, up to where, and its digest.
    struct Known {
      Row last;
      std::string digest;
    };
    std::map<std::optional<Row>, Known> known{};
  };

  // A page that was not the same.
  struct Touched {
    Pair* pair;
    std::optional<Row> after;
    std::optional<Row> last;  // nothing: what lies beyond all
    std::string digest{};
    std::vector<Row> extra{};  // keys of rows that are not there any more
  };

  void copy(Pair& pair, CopyPass& done);
  void write(Pair& pair, Touched page, const std::vector<Row>& rows, CopyPass& done);
  static void hold_against(const Touched& page);

  std::deque<Pair> tables_;
  std::vector<Touched> touched_;
};

}  // namespace recycled::store
