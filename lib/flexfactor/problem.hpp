// The error bodies of FlexFactor (flexfactor.md "Errors", "Envelope").
#pragma once

#include <string>

#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

// Words from outside, at most 400 bytes of them, cut between characters: what is stored and logged
// stays short and UTF-8.
std::string shortened(std::string text);

// What a refusal says, in one line, shortened: both 400 forms (bare and wrapped in
// `errors`), arrays of texts or of `{item1,item2,…}`, or a plain title. Empty: it says nothing.
std::string problem_message(const Json& body);

// The TraceId, wherever the reply carries it; empty when it has none.
std::string trace_id(const Json& body);

}  // namespace recycled::flexfactor
