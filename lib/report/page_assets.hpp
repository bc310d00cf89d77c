// What the page of the report is made of beside its figures: embedded by the build
// (lib/CMakeLists.txt), so that the page needs nothing from anywhere.
#pragma once

#include <string_view>

namespace recycled::report {

extern const std::string_view page_style;
extern const std::string_view page_script;    // lib/report/page/draw.js
extern const std::string_view chart_library;  // Chart.js with its licence

}  // namespace recycled::report
