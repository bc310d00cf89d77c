// Words that may not stand in code, each with the one place that may use it.
#pragma once

#include "source.hpp"

namespace recycled::tidy {

Findings check_bans(const Source& source);

}  // namespace recycled::tidy
