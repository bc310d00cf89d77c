// Runs an import of a text into a sink that notes what it was given.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fixture.hpp"
#include "intake/importer.hpp"

namespace recycled::intake::fixture {

struct Outcome {
  std::vector<std::string> taken;   // ids
  std::vector<std::string> tokens;  // of their cards
  std::vector<std::size_t> batches;
  std::vector<Reject> rejects;
  int progress = 0;
  Result<ImportSummary> summary;
};

enum class What { subscriptions, sales };

struct ImportSetting {
  std::size_t batch = 500;
  std::size_t failing_batch = SIZE_MAX;  // by its place: the sink takes no more from there on
  Tokenize tokenize{};                   // absent: card numbers are refused
};

inline Outcome import_text(What what, const std::string& text, const ImportSetting& setting = {}) {
  Outcome outcome;
  std::istringstream in(text);
  auto reader = open_rows(in);
  REQUIRE(reader.has_value());
  Judge judge;
  if (setting.tokenize) judge.tokenizing.emplace();
  ImportHooks hooks;
  hooks.tokenize = setting.tokenize;
  hooks.batch = setting.batch;
  hooks.on_reject = [&](const Reject& reject) { outcome.rejects.push_back(reject); };
  hooks.on_progress = [&](const ImportSummary&) { ++outcome.progress; };
  const auto sink = [&](const auto& items) -> Result<void> {
    if (outcome.batches.size() == setting.failing_batch) return fail(Fault::store, "disk full");
    outcome.batches.push_back(items.size());
    for (const auto& item : items) {
      outcome.taken.push_back(item.id.str());
      outcome.tokens.push_back(item.card.token);
    }
    return {};
  };
  outcome.summary = what == What::sales
                        ? import_sales(**reader, judge.record_rules(), hooks, sink)
                        : import_subscriptions(**reader, judge.record_rules(), hooks, sink);
  return outcome;
}

// A token for every card but those of the first names given.
inline Tokenize tokens_but_for(const std::vector<std::string>& refused) {
  return [refused](std::vector<ImportCard>& cards) -> Result<void> {
    for (ImportCard& card : cards) {
      const std::string name = card.card.value().first_name;
      const bool refuse = std::find(refused.begin(), refused.end(), name) != refused.end();
      (refuse ? card.refusal : card.token) = refuse ? "no" : "tok-" + name;
      card.card.reset();
    }
    return {};
  };
}

}  // namespace recycled::intake::fixture
