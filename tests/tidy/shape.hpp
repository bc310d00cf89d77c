// How large things may be, and how they may be left.
#pragma once

#include "source.hpp"

namespace recycled::tidy {

// Files of 400 lines, lines of 100 columns, functions of 70 lines at most.
Findings check_size(const Source& source);

// No note of work left undone.
Findings check_loose_ends(const Source& source);

// Names of test cases that doctest's filters or CTest's lists would take apart.
Findings check_test_names(const Source& source);

}  // namespace recycled::tidy
