// The house's arrows: which room may include what. The table is lib/CMakeLists.txt itself, so that
// what links and what includes cannot drift apart.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "source.hpp"

namespace recycled::tidy {

struct Room {
  int rank = 0;
  std::set<std::string> needs;  // rooms
  std::set<std::string> knows;  // outside libraries, as CMake targets
};
using Rooms = std::map<std::string, Room>;

// Reads the lines `# rank N` and `room(NAME NEEDS … KNOWS …)`.
Rooms parse_rooms(std::string_view cmake);

// Every arrow goes to a known room of a strictly lower rank.
Findings check_arrows(const Rooms& rooms);

// Includes of one file of lib/: own headers only along the room's arrows, outside libraries only
// where the room knows them.
Findings check_includes(const Source& source, const Rooms& rooms);

// The programs are above all rooms; of outside libraries they know what `known` says.
Findings check_program_includes(const Source& source, const Rooms& rooms,
                                const std::set<std::string>& known);

}  // namespace recycled::tidy
