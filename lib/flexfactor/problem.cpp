#include "flexfactor/problem.hpp"

#include <array>

namespace recycled::flexfactor {

namespace {

constexpr std::size_t longest_message = 400;

bool is_trace(std::string_view name) { return lower(name) == "traceid"; }

// Texts anywhere inside, joined: which of its shapes an error has does not matter for reading it.
void gather(const Json& value, std::string& out) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty()) return;
    if (!out.empty()) out += "; ";
    out += text;
  } else if (value.is_structured()) {
    for (const auto& part : value) gather(part, out);
  }
}

// `{"Field": ["what is wrong with it"]}`.
std::string field_errors(const Json& errors) {
  std::string out;
  for (const auto& [field, said] : errors.items()) {
    std::string text;
    gather(said, text);
    if (is_trace(field) || text.empty()) continue;
    if (!out.empty()) out += "; ";
    out += field;
    out += ": ";
    out += text;
  }
  return out;
}

// The bare form is nothing but arrays of texts; an envelope is not that.
bool is_bare_form(const Json& body) {
  if (body.empty()) return false;
  for (const auto& part : body) {
    if (!part.is_array()) return false;
  }
  return true;
}

std::string message_in(const Json& body) {
  const Json& errors = member(body, "errors");
  if (errors.is_object()) return field_errors(errors);
  std::string listed;
  gather(errors, listed);
  if (!listed.empty()) return listed;
  if (body.is_object() && is_bare_form(body)) return field_errors(body);
  for (const char* name : {"message", "detail", "title", "error", "result"}) {
    std::string text = text_at(body, name);
    if (!text.empty()) return text;
  }
  return {};
}

std::string trace_in(const Json& object) {
  if (!object.is_object()) return {};
  for (const auto& [name, value] : object.items()) {
    if (!is_trace(name)) continue;
    std::string text;
    gather(value, text);
    return text;
  }
  return {};
}

}  // namespace

std::string shortened(std::string text) {
  if (text.size() <= longest_message) return text;
  std::size_t end = longest_message;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

std::string problem_message(const Json& body) { return shortened(message_in(body)); }

std::string trace_id(const Json& body) {
  const std::string outer = trace_in(body);
  return shortened(outer.empty() ? trace_in(member(body, "errors")) : outer);
}

}  // namespace recycled::flexfactor
