// What the local API answers: JSON, and one shape for everything that is wrong.
#pragma once

#include <string>

#include "http/message.hpp"

namespace recycled::rest {

// What is wrong with a request. Neither message nor field quotes a card number: whoever makes one
// has seen to that.
struct Problem {
  std::string code;     // for programs: "not_found", "invalid", …
  std::string message;  // for people: what, and what to do
  std::string field;    // of the request; empty: none
};

http::Response json(int status, std::string body);

// {"error":{"code","message","field" if there is one}}
http::Response refusal(int status, const Problem& problem);
// A refusal that the server makes by itself: http::ServerSettings.
http::Response server_refusal(int status, std::string why);

// Whether the body is declared as JSON, or as nothing.
bool is_declared_json(const http::Request& request);

}  // namespace recycled::rest
