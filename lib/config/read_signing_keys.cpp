// hmac_signing_key_files: several keys at one time, so that one can follow another without a
// callback being refused. Source: lessons.md 15.
#include <algorithm>

#include "config/load.hpp"
#include "config/reading.hpp"

namespace recycled::config {

namespace {

constexpr std::string_view key_name = "hmac_signing_key_files";
constexpr std::string_view how_to_write =
    "each as \"FILE\" or { file = \"FILE\", from = \"2026-12-01\", until = \"2027-01-01\" }";

std::optional<SigningKeyFile> read_dated(Section& parent, Reading& reading, const Value& table) {
  Section section = reading.section(table, parent.name() + " " + std::string(key_name));
  SigningKeyFile key;
  const auto file = section.required("file");
  if (file) key.file = reading.resolve_secret(section, *file);
  key.from = section.date("from");
  key.until = section.date("until");
  if (key.from && key.until && *key.from >= *key.until) {
    section.complain("until",
                     "the key never counts: from " + to_iso8601(*key.from) + " until " +
                         to_iso8601(*key.until) + ", which is not after it",
                     "Make until the first day on which it counts no more");
  }
  section.refuse_unknown();
  if (!file) return std::nullopt;
  return key;
}

}  // namespace

std::vector<SigningKeyFile> read_signing_keys(Section& section, Reading& reading) {
  std::vector<SigningKeyFile> keys;
  for (const Value* entry : section.entries(key_name, "a list, " + std::string(how_to_write))) {
    const auto* text = std::get_if<std::string>(&entry->data);
    if (text != nullptr && !text->empty()) {
      const Text name{*text, entry->line};
      keys.push_back(SigningKeyFile{reading.resolve_secret(section, name), {}, {}});
    } else if (std::holds_alternative<Table>(entry->data)) {
      if (auto key = read_dated(section, reading, *entry)) keys.push_back(std::move(*key));
    } else {
      section.complain_at(entry->line,
                          std::string(key_name) + " holds something that names no file",
                          "Write " + std::string(how_to_write));
    }
  }
  return keys;
}

std::vector<Problem> check_signing_days(const Settings& settings, CivilDate today) {
  std::vector<Problem> problems;
  if (settings.callbacks.public_host.empty()) return problems;
  for (const auto& [id, account] : settings.accounts) {
    if (account.hmac_signing_key_files.empty()) continue;  // the file's own problem
    const auto counts = [today](const SigningKeyFile& key) { return key.counts_on(today); };
    if (std::ranges::any_of(account.hmac_signing_key_files, counts)) continue;
    problems.push_back({0, "[[gateway]] " + in_quotes(id.str()),
                        "none of its signing keys counts on " + to_iso8601(today) + ", today in " +
                            settings.time_zone + ": every callback is refused",
                        "Add the key that FlexFactor signs with now, or mend from and until"});
  }
  return problems;
}

}  // namespace recycled::config
