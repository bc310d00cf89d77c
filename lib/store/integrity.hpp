// Whether the ledger's file is whole, as SQLite itself can tell.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace recycled::store {

// Every page and index (quick_check) and every reference between rows (foreign_key_check): what is
// wrong, a line each, at most a hundred. Reads only. Fault::not_found: there is no ledger yet.
Result<std::vector<std::string>> check_integrity(const std::filesystem::path& file);

}  // namespace recycled::store
