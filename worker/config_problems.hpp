// What is wrong with a config beyond its own text: the files it names, its addresses, today's date.
// `check` and every run ask the same, so that no run stumbles over what `check` called valid.
#pragma once

#include <vector>

#include "config/load.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

namespace recycled {

// Everything at once; empty: it can be used. Calls nobody and changes nothing. Settings of a file
// with problems are looked at too, without a second word about what the file itself has wrong.
std::vector<config::Problem> problems_outside(const config::Settings& settings);

}  // namespace recycled
