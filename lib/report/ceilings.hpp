// The day's ceilings as a person and a program read them.
#pragma once

#include <optional>
#include <string>

#include "billing/ceilings.hpp"
#include "ports/ledger.hpp"
#include "report/json.hpp"

namespace recycled::report {

// How far the day has come; nothing where there is no ceiling.
struct Today {
  billing::Ceiling ceiling;
  billing::HandedOver handed_over;

  bool operator==(const Today&) const = default;
};

std::optional<Today> gather_today(ports::LedgerReader& ledger, const billing::Ceiling& day,
                                  const ports::Calendar& calendar, Instant now);

// "12 of 1000 hand-overs, USD 899.50 of 50000.00".
std::string in_words(const Today& today);
Json json_of(const std::optional<Today>& today);

// What `explain` says of what is due, where there is no room for that amount today.
std::optional<std::string> sentence_of(const std::optional<Today>& today, const Money& next);

}  // namespace recycled::report
