// JSON as this room reads it: no exceptions, and a field of another type counts as absent, because
// a peer's surprise is not our bug.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace recycled::flexfactor {

// Keeps the order in which fields were put or came, so that bytes are stable and readable.
using Json = nlohmann::ordered_json;

// What `text` holds; nothing when it is no JSON, or JSON that no honest peer sends: nested deeper
// or wider than any reply of the contract, or with a member twice, which two readers would read in
// two ways.
std::optional<Json> parse_json(std::string_view text);

// The object `text` holds; nothing when it is no JSON or no object.
std::optional<Json> parse_object(std::string_view text);

// A member of an object, or null when it has no such member or is no object.
const Json& member(const Json& object, const char* name);

// The same, whatever case the name is written in: where nobody says how it is.
const Json& member_any_case(const Json& object, std::string_view name);

// The text of a string member; empty when there is none.
std::string text_at(const Json& object, const char* name);

// A member as text, whatever type it came in; empty when there is none.
std::string word_at(const Json& object, const char* name);

// An integer member, also one written as a string of digits.
std::optional<std::int64_t> integer_at(const Json& object, const char* name);

// Whether the member is there and is true; anything else is not.
inline bool is_true(const Json& object, const char* name) { return member(object, name) == true; }

// ASCII letters in lower case: how status words and ids are compared.
std::string lower(std::string_view text);

}  // namespace recycled::flexfactor
