// [events]: who is told of what happened, how long one that does not listen is tried.
#include "config/reading.hpp"

namespace recycled::config {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Millis shortest{10};

void read_receiver(Section& section, Reading& reading, EventSettings& events) {
  const auto url = web_address(section, "url");
  if (url) events.url = url->value;
  for (const Text& name : section.texts("secret_files")) {
    events.secret_files.push_back(reading.resolve_secret(section, name));
  }
  if (const auto file = section.text("ca_file")) events.ca_file = reading.resolve(file->value);
  if (url && url->value.find('#') != std::string::npos) {
    section.complain("url", "url has a fragment, which no request carries", "Remove it from # on");
  }
  if (section.has("url") && events.secret_files.empty()) {
    section.complain("url", "url is set, but nothing says how to sign what is sent there",
                     "Add secret_files = [\"…\"]");
  }
  for (const char* key : {"secret_files", "ca_file"}) {
    if (section.has("url") || !section.has(key)) continue;
    section.complain(key, std::string(key) + " is for a receiver, and there is no url",
                     "Add url = \"https://…\", or remove it");
  }
}

void refuse_inline_secret(Section& section) {
  for (const char* key : {"secret", "secrets"}) {
    section.refuse(key, std::string(key) + " holds a secret, which must not be in this file",
                   "Put it into a file of its own (chmod 600) and name that in secret_files; then "
                   "replace the secret: it has leaked");
  }
}

}  // namespace

void read_events(Section& root, Reading& reading) {
  const Value* table = root.table("events");
  if (table == nullptr) return;
  Section section = reading.section(*table, "[events]");
  EventSettings& events = reading.settings.events;
  const auto take = [&section](std::string_view key, DurationRange range, Millis& into) {
    into = section.duration(key, range).value_or(into);
  };
  if (const auto file = section.text("jsonl_file"))
    events.jsonl_file = reading.resolve(file->value);
  read_receiver(section, reading, events);
  refuse_inline_secret(section);
  take("timeout", {Millis(100), minutes(5)}, events.timeout);
  take("give_up_after", {shortest, days(30)}, events.give_up_after);
  take("first_backoff", {shortest, hours(1)}, events.first_backoff);
  take("longest_backoff", {shortest, days(1)}, events.longest_backoff);
  if (events.longest_backoff < events.first_backoff) {
    section.complain("longest_backoff", "longest_backoff is shorter than first_backoff",
                     "Make it at least as long");
  }
  if (const auto count = section.integer("in_flight", 1, 100)) {
    events.in_flight = static_cast<int>(*count);
  }
  section.refuse_unknown();
}

}  // namespace recycled::config
