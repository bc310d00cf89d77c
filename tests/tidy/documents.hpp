// What the documents promise, compared with what is there.
#pragma once

#include <functional>

#include "source.hpp"

namespace recycled::tidy {

// The lines a README has between the two markers of the event table:
// "<!-- events -->" and "<!-- /events -->", each alone on its line.
std::string expected_event_table();
Findings check_event_table(std::string_view readme, std::string_view expected);

// The enumerators of one enum class of a header.
std::vector<std::string> enumerators_of(const Source& header, const std::string& name);
// An event's name in the log: the enumerator with its first underscore as a dot.
std::string event_text(std::string enumerator);

// Commands that begin with ./scripts/ in the code blocks of a document.
std::vector<std::string> scripts_shown(std::string_view markdown);
// `runs` says whether that path is there and executable.
Findings check_scripts(std::string_view markdown,
                       const std::function<bool(const std::string& path)>& runs);

}  // namespace recycled::tidy
