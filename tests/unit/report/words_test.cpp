#include "report/words.hpp"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/ensure.hpp"

namespace recycled::report {
namespace {

// Every member of a set, up to and including `last`, has a sentence that can stand inside another.
template <class Set, class Sentence>
std::vector<std::string> sentences(Set last, Sentence sentence_of) {
  std::vector<std::string> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    all.emplace_back(sentence_of(static_cast<Set>(i)));
    CAPTURE(all.back());
    if (!all.back().empty()) CHECK(all.back().back() != '.');
  }
  CHECK_THROWS_AS(sentence_of(static_cast<Set>(static_cast<int>(last) + 1)), Bug);
  return all;
}

void check_distinct(const std::vector<std::string>& all) {
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
}

TEST_CASE("X2: each state, step and reason reads differently") {
  const auto of_state = [](billing::RecoveryState state) { return sentence(state); };
  const auto of_step = [](billing::Step step) { return sentence(step); };
  const auto of_reason = [](billing::Reason reason) { return sentence(reason); };
  check_distinct(sentences(billing::RecoveryState::released, of_state));
  check_distinct(sentences(billing::Step::refund, of_step));
  const auto reasons = sentences(billing::Reason::timeout, of_reason);
  check_distinct(reasons);
  CHECK(reasons.front().empty());  // Reason::none, and thereby no other
}

TEST_CASE("X2: each reason for not being taken says what would change it") {
  for (const auto& text : sentences(billing::NotTaken::already_handed_over, way_out)) {
    CHECK_FALSE(text.empty());
  }
}

TEST_CASE("an age has two units at most") {
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  struct Row {
    Millis duration;
    const char* text;
  };
  for (const Row& row : {Row{Millis(0), "0s"}, Row{Millis(999), "0s"}, Row{Millis(59'999), "59s"},
                         Row{minutes(12), "12m"}, Row{hours(1) - Millis(1), "59m59s"},
                         Row{hours(1) + seconds(59), "1h"}, Row{hours(24) - Millis(1), "23h59m"},
                         Row{days(3) + hours(4) + minutes(59), "3d4h"}, Row{days(21), "21d"}}) {
    CAPTURE(row.text);
    CHECK(age(row.duration) == row.text);
  }
}

TEST_CASE("printable text keeps every language and loses every control character") {
  CHECK(printable("Málaga, 東京") == "Málaga, 東京");
  CHECK(printable(std::string("a\0b\tc\x7f", 6)) == "a?b?c?");
  CHECK(printable("").empty());
}

}  // namespace
}  // namespace recycled::report
