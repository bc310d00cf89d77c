#include "report/history.hpp"

#include <algorithm>

#include "report/words.hpp"

namespace recycled::report {
namespace {

std::string which(const billing::Recovery& recovery) {
  if (recovery.kind != billing::RecoveryKind::recycle) return std::string(to_text(recovery.kind));
  return "cycle " + std::to_string(recovery.cycle) + ", re-attempt " +
         std::to_string(recovery.reattempt);
}

std::string with_detail(std::string text, const std::string& detail) {
  return detail.empty() ? text : text + ": " + detail;
}

class Chronicle {
 public:
  explicit Chronicle(const ports::Calendar& calendar) : calendar_(calendar) {}

  void add(const RowPast& past) {
    if (const auto& declined = past.declined) {
      note(declined->at, "decline", with_detail("declined " + declined->code, declined->message));
      if (declined->reattempts_made > 0) {
        note(declined->last_attempt_at, "reattempt",
             "the merchant's re-attempt, the last of " + std::to_string(declined->reattempts_made));
      }
    }
    note(past.imported_at, "import", "imported");
  }

  void add(const RecoveryStory& story) {
    const billing::Recovery& recovery = story.stored.recovery;
    note(recovery.claimed_at, "claim",
         "claimed as order " + recovery.order.str() + ": " + which(recovery) + ", " +
             in_words(recovery.amount) + ", for " + recovery.provider_gateway.str());
    for (const ports::Attempt& attempt : story.attempts) {
      note(attempt.started_at, "attempt",
           with_detail(std::string(to_text(attempt.step)) + ", after " + to_text(attempt.took) +
                           " " + attempt.outcome,
                       attempt.detail));
    }
    if (story.stored.pruned_at) {
      note(*story.stored.pruned_at, "pruned",
           "pruned: the request of order " + recovery.order.str() +
               ", what its calls brought in detail, and its delivered events");
    }
    for (const ports::StoredCallback& callback : story.callbacks) {
      if (callback.pruned_at) {
        note(*callback.pruned_at, "pruned",
             "pruned: headers and body of callback " + std::to_string(callback.key.value()));
      }
      note(callback.received_at, "callback",
           with_detail("callback " + std::to_string(callback.key.value()) + " " + callback.event +
                           " " + std::string(to_text(callback.result)),
                       callback.error));
    }
  }

  void add(const ports::AuditRow& row) {
    std::string text = row.event;
    if (row.before != row.after) {
      text += ", " + (row.before.empty() ? "" : row.before + " -> ") + row.after;
    }
    note(row.at, "audit", with_detail(text, row.reason == "none" ? "" : row.reason));
  }

  std::vector<HistoryLine> in_order() && {
    const auto earlier = [](const HistoryLine& a, const HistoryLine& b) {
      return a.when.at < b.when.at;
    };
    std::stable_sort(lines_.begin(), lines_.end(), earlier);
    return std::move(lines_);
  }

 private:
  void note(Instant at, std::string kind, std::string text) {
    lines_.push_back({{at, calendar_.day_of(at)}, std::move(kind), std::move(text)});
  }

  const ports::Calendar& calendar_;
  std::vector<HistoryLine> lines_;
};

}  // namespace

std::vector<RecoveryStory> stories_of(ports::LedgerReader& ledger, const ports::Subject& subject) {
  std::vector<RecoveryStory> stories;
  for (ports::StoredRecovery& stored : ledger.recoveries_of(subject)) {
    auto attempts = ledger.attempts(stored.key);
    auto callbacks = ledger.callbacks_of(stored.recovery.order);
    stories.push_back({std::move(stored), std::move(attempts), std::move(callbacks)});
  }
  return stories;
}

std::vector<HistoryLine> history_of(const RowPast& past,
                                    const std::vector<RecoveryStory>& recoveries,
                                    const std::vector<ports::AuditRow>& audit,
                                    const ports::Calendar& calendar) {
  Chronicle chronicle(calendar);
  chronicle.add(past);
  for (const RecoveryStory& story : recoveries) chronicle.add(story);
  for (const ports::AuditRow& row : audit) chronicle.add(row);
  return std::move(chronicle).in_order();
}

std::string story_text(const std::vector<std::string>& sentences,
                       const std::vector<HistoryLine>& history) {
  std::string text;
  for (const std::string& sentence : sentences) text.append(printable(sentence)).append("\n");
  text += "\nHistory (UTC, and the day in the account's time zone)\n";
  for (const HistoryLine& line : history) {
    text.append("  ").append(in_words(line.when)).append("  ").append(printable(line.text));
    text += "\n";
  }
  return text;
}

std::string in_words(const Moment& moment) {
  return to_iso8601(moment.at) + " (" + to_iso8601(moment.day) + ")";
}

}  // namespace recycled::report
