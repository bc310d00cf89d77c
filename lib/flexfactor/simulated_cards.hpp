// The tokenization of the simulated provider: what it finds wrong with a card, and its tokens.
#pragma once

#include <map>
#include <string>

#include "flexfactor/behaviour.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

// What is wrong with the query and the body of POST tokenize, by field; empty: nothing. No card
// number is repeated.
Json tokenize_problems(const Behaviour& behaviour, const std::map<std::string, std::string>& query,
                       const Json& body, Instant now);

// The reply to one that is right. The same number gives the same token, which begins with the word
// that steers the number (steering_of_number), or with "token".
Json tokenized(const Json& body);

}  // namespace recycled::flexfactor
