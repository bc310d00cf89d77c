#include "cascade_story.hpp"

namespace recycled {

report::CascadeStory story_of(const SaleId& sale, const engine::CascadeAnswer& answer) {
  report::CascadeStory story;
  story.order = sale.str();
  if (const auto* told = std::get_if<engine::CascadeTold>(&answer)) {
    story.recovery = told->stored;
    story.decided_by = told->decided_by;
  } else {
    story.refusal = std::get<billing::SaleRefusal>(answer);
  }
  return story;
}

}  // namespace recycled
