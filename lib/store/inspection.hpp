// The ledger for an examiner (ports/inspection.hpp): one snapshot, read only, beside a service.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "ports/inspection.hpp"

namespace recycled::store {

// Fault::not_found when there is no ledger, Fault::newer and Fault::store when its migrations are
// not ours, or when it cannot be read: `look` may have seen a part of it by then.
Result<void> inspect_ledger(const std::filesystem::path& file,
                            const std::function<void(ports::LedgerInspector&)>& look);

Result<void> inspect_postgres_ledger(const std::string& url,
                                     const std::function<void(ports::LedgerInspector&)>& look);

}  // namespace recycled::store
