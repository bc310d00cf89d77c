// What is told of many hand-overs at once, of reruns and of a backfill alike.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "report/json.hpp"
#include "report/plan.hpp"

namespace recycled::report {

enum class Tense { done, would_be };

// Why something was not handed over: a word for programs, a sentence for people without a full
// stop, and what exactly, which may be empty.
struct WhyNot {
  std::string reason;
  std::string sentence;
  std::string detail;
};

// "not taken: no_card, there is no card token to hand over (…)".
std::string in_words(const WhyNot& why);
// "was already handed over to ", "would be handed over to ".
std::string handed_over_to(Tense tense, const std::string& gateway);

// Amounts by currency.
class Totals {
 public:
  void add(const Money& amount);
  // "2 of 3 handed over, 99.90 USD": how many of `all`.
  std::string in_words(std::size_t all, Tense tense) const;
  // [{"currency","count","amount"}]
  Json json() const;

 private:
  struct Sum {
    std::int64_t count = 0;
    Money money;
  };
  std::map<std::string, Sum> sums_;
};

// The last line: what runs this plan, or that it is carried out. Empty without a plan.
std::string plan_line(const std::string& plan, Tense tense);

}  // namespace recycled::report
