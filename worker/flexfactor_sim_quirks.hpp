// The switches of flexfactor-sim for what nobody documents (README "What nobody documents").
#pragma once

#include <string>

#include "base/result.hpp"
#include "flexfactor/quirks.hpp"

namespace CLI {
class App;
}

namespace recycled {

struct SimQuirksTyped {
  flexfactor::Quirks quirks;
  std::string clock_ahead = "0s";
  bool hide_external_id = false;
};

void declare_quirks(CLI::App& app, SimQuirksTyped& typed);

// Fault::invalid names the option and what it wants.
Result<flexfactor::Quirks> read_quirks(const SimQuirksTyped& typed);

}  // namespace recycled
