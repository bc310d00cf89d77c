// The rows behind the report, one a recovery, for a spreadsheet. RFC 4180 with a header.
#pragma once

#include <string>
#include <string_view>

#include "ports/ledger.hpp"

namespace recycled::report {

std::string csv_head();
std::string csv_row(const ports::ClaimedRecovery& row);

// A field of a line: quoted where it has to be. What a spreadsheet would take for a formula gets an
// apostrophe in front, since the data are strangers'.
std::string csv_field(std::string_view text);

}  // namespace recycled::report
