#include "rooms.hpp"

#include <optional>
#include <regex>
#include <sstream>

namespace recycled::tidy {
namespace {

struct Library {
  std::string_view header;       // how its includes begin
  std::set<std::string> any_of;  // one of these targets makes it known
};

// Longest first where one begins like another.
const Library libraries[] = {
    {"boost/beast", {"asio"}},
    {"boost/asio", {"asio"}},
    {"boost/url", {"asio"}},
    {"boost/", {"asio"}},
    {"openssl/", {"OpenSSL::Crypto", "OpenSSL::SSL"}},
    {"nlohmann/", {"nlohmann_json::nlohmann_json"}},
    {"prometheus/", {"PkgConfig::PROMETHEUS"}},
    {"spdlog/", {"spdlog::spdlog"}},
    {"fmt/", {"spdlog::spdlog"}},
    {"sqlite3.h", {"sqlitecpp"}},
    {"libpq-fe.h", {"PkgConfig::LIBPQ"}},
    {"SQLiteCpp/", {"sqlitecpp"}},
    {"toml++/", {"tomlplusplus"}},
    {"date/", {"date::date-tz"}},
    {"systemd/", {"PkgConfig::SYSTEMD"}},
    {"CLI/", {"CLI11::CLI11"}},
    {"tl/", {"tl"}},
    {"doctest/", {"doctest::doctest"}},
};

// The few files that show a library to rooms that do not know it, on purpose.
bool is_doorway(std::string_view path, std::string_view header) {
  return path == "lib/base/result.hpp" && header == "tl/expected.hpp";
}

// What no table has to allow: the language's and the system's own headers.
bool is_standard(std::string_view header) {
  static const std::regex plain(R"(([a-z_0-9]+|[a-z_0-9]+\.h|(sys|arpa|netinet)/[a-z_0-9]+\.h))");
  return std::regex_match(header.begin(), header.end(), plain);
}

const Library* library_of(std::string_view header) {
  for (const Library& library : libraries) {
    if (header.starts_with(library.header)) return &library;
  }
  return nullptr;
}

struct Include {
  std::size_t line;
  bool own;
  std::string header;
};

std::vector<Include> includes_of(const Source& source) {
  static const std::regex form(R"(^\s*#\s*include\s*(["<])([^">]+)[">].*)");
  std::vector<Include> made;
  std::size_t line = 0;
  for (const std::string& text : lines_of(source.text)) {
    ++line;
    std::smatch parts;
    if (!std::regex_match(text, parts, form)) continue;
    made.push_back({line, parts[1] == "\"", parts[2]});
  }
  return made;
}

// Empty when the include is fine.
std::string complaint_about_outside(const Source& source, const std::string& header,
                                    const std::set<std::string>& known) {
  const Library* library = library_of(header);
  if (library == nullptr) {
    return is_standard(header) ? "" : "<" + header + "> belongs to no library this house knows";
  }
  if (is_doorway(source.path, header)) return "";
  for (const std::string& target : library->any_of) {
    if (known.contains(target)) return "";
  }
  return "<" + header + "> is of a library this room does not know";
}

std::string room_of(std::string_view path) {
  const auto rest = path.substr(std::string_view("lib/").size());
  return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace

Rooms parse_rooms(std::string_view cmake) {
  static const std::regex rank_line(R"(^# rank (\d+)\s*$)");
  static const std::regex room_line(R"(^room\(([^)]*)\)\s*$)");
  Rooms made;
  int rank = 0;
  for (const std::string& line : lines_of(cmake)) {
    std::smatch parts;
    if (std::regex_match(line, parts, rank_line)) rank = std::stoi(parts[1]);
    if (!std::regex_match(line, parts, room_line)) continue;
    std::istringstream words(parts[1]);
    std::string name;
    words >> name;
    Room room{rank, {}, {}};
    std::set<std::string>* into = nullptr;
    for (std::string word; words >> word;) {
      if (word == "NEEDS") {
        into = &room.needs;
      } else if (word == "KNOWS") {
        into = &room.knows;
      } else if (into != nullptr) {
        into->insert(word);
      }
    }
    made[name] = room;
  }
  return made;
}

Findings check_arrows(const Rooms& rooms) {
  Findings made;
  for (const auto& [name, room] : rooms) {
    if (room.rank == 0) made.push_back({"room " + name, "stands above the first '# rank' line"});
    for (const std::string& need : room.needs) {
      const auto found = rooms.find(need);
      if (found == rooms.end()) {
        made.push_back({"room " + name, "needs " + need + ", which is no room"});
      } else if (found->second.rank >= room.rank) {
        made.push_back({"room " + name, "needs " + need + ", which is not of a lower rank"});
      }
    }
  }
  return made;
}

Findings check_includes(const Source& source, const Rooms& rooms) {
  const std::string name = room_of(source.path);
  const auto room = rooms.find(name);
  if (room == rooms.end()) return {{source.path, name + " is no room of lib/CMakeLists.txt"}};
  Findings made;
  for (const Include& include : includes_of(source)) {
    std::string complaint;
    if (include.own) {
      const std::string target = include.header.substr(0, include.header.find('/'));
      const bool allowed = target == name || room->second.needs.contains(target);
      if (!allowed) complaint = name + " has no arrow to \"" + include.header + "\"";
    } else {
      complaint = complaint_about_outside(source, include.header, room->second.knows);
    }
    if (!complaint.empty()) made.push_back(at_line(source, include.line, complaint));
  }
  return made;
}

Findings check_program_includes(const Source& source, const Rooms& rooms,
                                const std::set<std::string>& known) {
  static const std::set<std::string> own{"commands", "api"};  // folders of worker/
  Findings made;
  for (const Include& include : includes_of(source)) {
    if (include.own) {
      const auto slash = include.header.find('/');
      const std::string folder = include.header.substr(0, slash);
      const bool allowed =
          slash == std::string::npos || own.contains(folder) || rooms.contains(folder);
      if (!allowed) made.push_back(at_line(source, include.line, folder + " is no room"));
      continue;
    }
    const std::string complaint = complaint_about_outside(source, include.header, known);
    if (!complaint.empty()) made.push_back(at_line(source, include.line, complaint));
  }
  return made;
}

}  // namespace recycled::tidy
