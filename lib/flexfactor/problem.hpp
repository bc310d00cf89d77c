// The error bodies of FlexFactor (flexfactor.md "Errors", "Envelope").
#pragma once

#include <string>

#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

// What a refusal says, in one line of at most 400 bytes: both 400 forms (bare and wrapped in
// `errors`), arrays of texts or of `{item1,item2,…}`, or a plain title. Empty: it says nothing.
std::string problem_message(const Json& body);

// The TraceId, wherever the reply carries it; empty when it has none.
std::string trace_id(const Json& body);

}  // namespace recycled::flexfactor
