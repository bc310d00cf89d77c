#include "report/pause.hpp"

#include "report/words.hpp"

namespace recycled::report {

namespace {

std::string way_out(const ports::Pause& pause) {
  return "`recycled resume" +
         (pause.gateway.empty() ? "" : " --gateway " + printable(pause.gateway.str())) + "`";
}

}  // namespace

std::string line_of(const ports::Pause& pause) {
  const std::string what = pause.gateway.empty() ? "everything" : "gateway " + pause.gateway.str();
  return what + ", " + printable(in_words(pause)) + "\n";
}

std::string section_of(const std::vector<ports::Pause>& standing, Instant now) {
  if (standing.empty()) return {};
  std::string text = "PAUSED: nothing new is claimed or handed over; results are taken\n";
  for (const ports::Pause& pause : standing) {
    text += "  until " + way_out(pause) + ", for " + age(now - pause.at) + ": " + line_of(pause);
  }
  return text;
}

std::vector<std::string> sentences_of(const std::vector<ports::Pause>& standing,
                                      const GatewayId& gateway) {
  std::vector<std::string> sentences;
  for (const ports::Pause& pause : standing) {
    if (!pause.gateway.empty() && pause.gateway != gateway) continue;
    sentences.push_back("But not before " + way_out(pause) + ": hand-overs are paused " +
                        in_words(pause) + ".");
  }
  return sentences;
}

Json json_of(const std::vector<ports::Pause>& pauses) {
  Json json = Json::array();
  for (const ports::Pause& pause : pauses) {
    json.push_back({{"gateway", text_or_null(pause.gateway.str())},
                    {"since", to_iso8601(pause.at)},
                    {"by", pause.by},
                    {"reason", text_or_null(pause.reason)}});
  }
  return json;
}

std::string to_json(const std::vector<ports::Pause>& pauses) { return written(json_of(pauses)); }

}  // namespace recycled::report
