// What a person's word has made of a parked item.
#pragma once

#include <string>

#include "ports/ledger.hpp"

namespace recycled::report {

struct ResolvedItem {
  ports::StoredRecovery before;
  billing::Recovery after;
};

std::string to_text(const ResolvedItem& item);
std::string to_json(const ResolvedItem& item);

}  // namespace recycled::report
