// The kill switch as a person and a program read it.
#pragma once

#include <string>
#include <vector>

#include "ports/pause.hpp"
#include "report/json.hpp"

namespace recycled::report {

// "everything, since …, by alice: …", one line.
std::string line_of(const ports::Pause& pause);
// What `status` says above all else; empty where nothing is paused.
std::string section_of(const std::vector<ports::Pause>& standing, Instant now);

// What `explain` says where a hand-over to that gateway is what comes next: a sentence for each
// pause that holds it.
std::vector<std::string> sentences_of(const std::vector<ports::Pause>& standing,
                                      const GatewayId& gateway);

Json json_of(const std::vector<ports::Pause>& pauses);
std::string to_json(const std::vector<ports::Pause>& pauses);

}  // namespace recycled::report
