// From the engine's answer on a cascade to what the shop is shown.
#pragma once

#include "engine/cascade.hpp"
#include "report/cascade.hpp"

namespace recycled {

report::CascadeStory story_of(const SaleId& sale, const engine::CascadeAnswer& answer);

}  // namespace recycled
