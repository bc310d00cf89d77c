// One number for all rules: what the ledger keeps to notice that they have changed.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace recycled::config {

// SHA-256, in hex, of the billing rules and the time zone, written out in one canonical way. It
// changes with every rule and with nothing else: not with a path, a limit or the order in which
// gateways, campaigns and re-attempts are listed. Stored plans hold as long as it stays the same.
std::string rules_digest(const Settings& settings);

}  // namespace recycled::config
