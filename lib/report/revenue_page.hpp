// The report as a page that a shop's owner can be sent: one file that asks nothing of any network.
#pragma once

#include <string>

#include "report/revenue.hpp"

namespace recycled::report {

std::string to_html(const RevenueReport& report);

}  // namespace recycled::report
