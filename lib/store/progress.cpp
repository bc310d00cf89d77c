#include "store/progress.hpp"

#include <array>
#include <string>

namespace recycled::store {
namespace {

using billing::Recovery;

void bind_plain_progress(Binder& out, const Recovery& recovery) {
  out << to_text(recovery.reason) << to_text(recovery.step) << recovery.sending << recovery.tries
      << recovery.inquiries << int{recovery.left} << recovery.unsent_until << recovery.left_by
      << int{recovery.refund_due} << int{recovery.late} << int{recovery.refunded}
      << int{recovery.charged_back};
}

// What an index or a trigger goes by.
struct IndexedColumn {
  const char* name;
  bool (*is_same)(const Recovery&, const Recovery&);
  void (*bind)(Binder&, const Recovery&);
};
std::optional<std::string_view> end_of(const Recovery& recovery) {
  return is_live(recovery.state) ? std::nullopt : std::optional(to_text(recovery.state));
}

const std::array indexed_columns{
    IndexedColumn{"state", [](const Recovery& a, const Recovery& b) { return a.state == b.state; },
                  [](Binder& out, const Recovery& now) { out << to_text(now.state); }},
    IndexedColumn{"ended",
                  [](const Recovery& a, const Recovery& b) { return end_of(a) == end_of(b); },
                  [](Binder& out, const Recovery& now) { out << end_of(now); }},
    IndexedColumn{"next_at",
                  [](const Recovery& a, const Recovery& b) { return a.next_at == b.next_at; },
                  [](Binder& out, const Recovery& now) { out << now.next_at; }},
    IndexedColumn{
        "provider_order",
        [](const Recovery& a, const Recovery& b) { return a.provider_order == b.provider_order; },
        [](Binder& out, const Recovery& now) { out << now.provider_order; }},
    IndexedColumn{"settled_at",
                  [](const Recovery& a, const Recovery& b) { return a.settled_at == b.settled_at; },
                  [](Binder& out, const Recovery& now) { out << now.settled_at; }},
    IndexedColumn{"told", [](const Recovery& a, const Recovery& b) { return a.told == b.told; },
                  [](Binder& out, const Recovery& now) {
                    out << (now.told ? std::optional(to_text(*now.told)) : std::nullopt);
                  }},
};

bool has_changed(std::size_t changed, std::size_t column) { return (changed >> column & 1U) != 0; }

// The statement for each set of indexed columns that change.
using Updates = std::array<std::string, 1U << indexed_columns.size()>;
const Updates& updates() {
  static const Updates made = [] {
    Updates all;
    for (std::size_t changed = 0; changed < all.size(); ++changed) {
      all[changed] = "UPDATE recovery SET " PLAIN_PROGRESS(" = ?");
      for (std::size_t bit = 0; bit < indexed_columns.size(); ++bit) {
        if (!has_changed(changed, bit)) continue;
        all[changed] += std::string(", ") + indexed_columns[bit].name + " = ?";
      }
      all[changed] += " WHERE key = ? AND state = ?";
    }
    return all;
  }();
  return made;
}

}  // namespace

void bind_progress(Binder& out, const Recovery& recovery) {
  bind_plain_progress(out, recovery);
  for (const IndexedColumn& column : indexed_columns) column.bind(out, recovery);
}

ProgressUpdate::ProgressUpdate(const Recovery& before, const Recovery& after) : after_(after) {
  for (std::size_t bit = 0; bit < indexed_columns.size(); ++bit) {
    if (!indexed_columns[bit].is_same(before, after)) changed_ |= std::size_t{1} << bit;
  }
}

const char* ProgressUpdate::sql() const { return updates()[changed_].c_str(); }

void ProgressUpdate::bind(Binder& out) const {
  bind_plain_progress(out, after_);
  for (std::size_t bit = 0; bit < indexed_columns.size(); ++bit) {
    if (has_changed(changed_, bit)) indexed_columns[bit].bind(out, after_);
  }
}

}  // namespace recycled::store
