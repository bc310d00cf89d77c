// "Did you mean …?": the known word a misspelt one was probably meant to be.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recycled::config {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word with the smallest distance, the first of equals. Nothing when even that one would
// need more than half of its letters changed: a wild guess helps nobody.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace recycled::config
