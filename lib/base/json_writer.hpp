// JSON written straight into one text, for what is written once an item: no tree of values is built
// to be thrown away. What is read, or written seldom, is nlohmann's to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace recycled {

// Appends `text` in quotes, escaped as RFC 8259 section 7 wants it and no further. What is not
// UTF-8 goes through as it is.
void append_json_string(std::string& out, std::string_view text);

// One object. Members stand in the order of the calls; their names are plain literals.
class JsonWriter {
 public:
  JsonWriter();

  void text(std::string_view name, std::string_view value);
  void text_if_any(std::string_view name, std::string_view value);  // none for an empty one
  void number(std::string_view name, std::int64_t value);
  void literal(std::string_view name, std::string_view json);  // "true", or what is JSON already
  void begin(std::string_view name);  // an object; what follows is its members, until its end
  void end();

  bool is_utf8() const { return is_utf8_; }  // every text so far
  // The whole object; the writer is done with.
  std::string finish();

 private:
  void add_name(std::string_view name);

  std::string out_;
  bool is_utf8_ = true;
};

}  // namespace recycled
