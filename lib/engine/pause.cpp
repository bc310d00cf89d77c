#include "engine/pause.hpp"

#include <algorithm>
#include <utility>

namespace recycled::engine {
namespace {

constexpr const char* adopted_name = "adopted";  // since when; empty: not, or resumed since

}  // namespace

const ports::Pause* stopping(const Pauses& standing, const GatewayId& gateway) {
  for (const ports::Pause& pause : standing) {
    if (pause.gateway.empty() || pause.gateway == gateway) return &pause;
  }
  return nullptr;
}

std::optional<std::string> why_paused(ports::LedgerTx& tx, const GatewayId& gateway) {
  const Pauses standing = tx.pauses();
  const ports::Pause* pause = stopping(standing, gateway);
  return pause == nullptr ? std::nullopt : std::optional(in_words(*pause));
}

const ports::Pause* stopping_all(const Pauses& standing) {
  for (const ports::Pause& pause : standing) {
    if (pause.gateway.empty()) return &pause;
  }
  return nullptr;
}

ports::Pause pause_all(ports::LedgerTx& tx, const std::string& by, const std::string& reason,
                       Instant now) {
  const Pauses standing = tx.pauses();
  if (const ports::Pause* older = stopping_all(standing)) return *older;
  ports::Pause pause;
  pause.at = now;
  pause.by = by;
  pause.reason = reason;
  tx.add_pause(pause);
  return pause;
}

ports::Pause pause_adopted(ports::LedgerTx& tx, const std::string& by, const std::string& reason,
                           Instant now) {
  ports::Pause pause;
  pause.at = now;
  pause.by = by;
  pause.reason = reason;
  const Pauses standing = tx.pauses();
  if (const ports::Pause* older = stopping_all(standing)) {
    pause.reason += "; and paused " + in_words(*older);
  }
  tx.add_pause(pause);
  tx.set_meta(adopted_name, to_iso8601(now));
  return pause;
}

ports::Holding holding(ports::LedgerTx& tx) {
  const bool is_adopted = !tx.meta(adopted_name).value_or("").empty();
  return is_adopted ? ports::Holding::all_but_inquiries : ports::Holding::unsent;
}

std::optional<ports::Pause> resume(ports::LedgerTx& tx, const GatewayId& gateway,
                                   const std::string& by, Instant now) {
  const Pauses standing = tx.pauses();
  const auto found = std::ranges::find(standing, gateway, &ports::Pause::gateway);
  if (found == standing.end()) return std::nullopt;
  ports::Pause end;
  end.at = now;
  end.word = ports::PauseWord::resumed;
  end.gateway = gateway;
  end.by = by;
  tx.add_pause(end);
  // The mix is judged by what comes from here on.
  if (!gateway.empty()) tx.set_recent_results(gateway, {});
  if (gateway.empty()) tx.set_meta(adopted_name, "");
  return *found;
}

void PauseWatch::saw(const Pauses& standing) {
  if (standing.empty() && known_.empty()) return;
  std::map<GatewayId, ports::Pause> now;
  for (const ports::Pause& pause : standing) {
    now.emplace(pause.gateway, pause);
    const auto known = known_.find(pause.gateway);
    if (known == known_.end() || known->second != pause) tell(ports::EventName::run_paused, pause);
  }
  for (const auto& [gateway, pause] : known_) {
    if (!now.contains(gateway)) tell(ports::EventName::run_resumed, pause);
  }
  known_ = std::move(now);
}

void PauseWatch::tell(ports::EventName name, const ports::Pause& pause) {
  ports::Event event(name);
  event.gateway = pause.gateway.str();
  event.reason = in_words(pause);
  events_.note(event);
}

}  // namespace recycled::engine
