#include "bans.hpp"

#include <regex>

namespace recycled::tidy {
namespace {

struct Ban {
  std::string_view word;  // lines without it are not looked at any closer
  const char* pattern;
  std::string_view why;
  std::string_view only_in = "";     // where it is allowed; nowhere if empty
  std::string_view applies_to = "";  // everywhere if empty
  std::string_view unless_line_has = "";
};

constexpr std::string_view real_world =
    "time, randomness and the environment come in through ports";

const Ban bans[] = {
    {"system_clock::now", R"(system_clock::now)", real_world, "lib/system"},
    {"steady_clock::now", R"(steady_clock::now)", real_world, "lib/system"},
    {"high_resolution_clock", R"(high_resolution_clock)", real_world, "lib/system"},
    {"random_device", R"(\brandom_device\b)", real_world, "lib/system"},
    {"getenv", R"(\bgetenv\b)", real_world, "lib/system"},
    {"getrandom", R"(\bgetrandom\b)", real_world, "lib/system"},
    {"sleep", R"(\b(sleep_for|this_thread::sleep_until|usleep|nanosleep)\s*\()",
     "nothing sleeps: wait for an event or an alarm", "lib/system"},
    {"time", R"(\b(time|gettimeofday|clock_gettime|localtime|gmtime)\s*\((nullptr|0|NULL|&|CLOCK))",
     real_world, "lib/system"},
    {"rand", R"(\bs?rand\s*\()", real_world, "lib/system"},
    {"co_spawn", R"(\bco_spawn\b)", "background work is started in async/ and joined by its owner",
     "lib/async"},
    {"new", R"(\bnew\s+[A-Za-z_:])", "no naked new", "", "", "unique_ptr<"},
    {"delete", R"((^|[^=\s])\s*\bdelete\b)", "no naked delete"},
    {"float", R"(\bfloat\b)", "no floating point near money", "", "lib/billing"},
    {"double", R"(\bdouble\b)", "no floating point near money", "", "lib/billing", "jitter"},
    {"float", R"(\bfloat\b)", "no floating point near money", "", "lib/base"},
    {"double", R"(\bdouble\b)", "no floating point near money", "", "lib/base"},
    // An override obeys somebody else's interface.
    {"bool", R"([(,]\s*(const\s+)?bool&?\s+\w+\s*(=\s*\w+\s*)?[,)])",
     "no bool parameters: an enum class says what is meant", "lib/base/ensure.hpp", "", "override"},
    {"assert", R"(\bassert\s*\()", "ensure stays on in release builds; assert does not"},
};

bool applies(const Ban& ban, const Source& source) {
  if (!ban.applies_to.empty() && !is_under(source.path, ban.applies_to)) return false;
  return ban.only_in.empty() || !is_under(source.path, ban.only_in);
}

}  // namespace

Findings check_bans(const Source& source) {
  Findings made;
  const auto lines = lines_of(source.code);
  for (const Ban& ban : bans) {
    if (!applies(ban, source) || source.code.find(ban.word) == std::string::npos) continue;
    const std::regex pattern(ban.pattern);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].find(ban.word) == std::string::npos) continue;
      const bool excused =
          !ban.unless_line_has.empty() && lines[i].find(ban.unless_line_has) != std::string::npos;
      if (excused || !std::regex_search(lines[i], pattern)) continue;
      made.push_back(at_line(source, i + 1, std::string(ban.word) + ": " + std::string(ban.why)));
    }
  }
  return made;
}

}  // namespace recycled::tidy
