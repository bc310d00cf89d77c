// What a reply is worth before any word of it is looked at: its HTTP status, and whether its body
// could be read at all.
#pragma once

#include <optional>
#include <string>

#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

enum class Answer {
  readable,      // 2xx with a body of the form that was asked for
  garbled,       // 2xx with anything else: processed, perhaps, and we do not know how it went
  unauthorized,  // 401
  busy,          // 429
  conflicting,   // 409
  refusing,      // any other 4xx: a definite no
  redirecting,   // 3xx: from somebody in between; no answer to anything
  failing,       // 408, 5xx and what is no HTTP status at all
};

// `body` is what could be read of it.
Answer answer_of(int http_status, const std::optional<Json>& body);

// Why a reply brought nothing, for the log.
std::string why(Answer answer, int http_status);

// What a refusal says, after its HTTP status.
std::string refusal(int http_status, const Json& body);

}  // namespace recycled::flexfactor
