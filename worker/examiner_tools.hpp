// What an examination of the ledger needs of the rooms that it does not know.
#pragma once

#include "billing/rules.hpp"
#include "report/examine.hpp"

namespace recycled {

// By the program's own ids and requests, and with the patience of those rules.
report::ExaminerTools examiner_tools(const billing::Rules& rules);

}  // namespace recycled
