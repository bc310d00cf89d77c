// The words that the config file uses for its closed sets.
#pragma once

#include <string_view>

#include "config/settings.hpp"

namespace recycled::config {

std::string_view to_text(Environment environment);  // "sandbox", "live"
std::string_view to_text(billing::MitMode mode);    // "managed", "sync"

}  // namespace recycled::config
