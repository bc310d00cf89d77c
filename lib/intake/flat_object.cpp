#include "intake/flat_object.hpp"

#include <nlohmann/json.hpp>

#include "intake/text.hpp"

namespace recycled::intake {

namespace {

// Takes the parser's events instead of its values, because only those still have a number's text.
class FlatObject final : public nlohmann::json_sax<nlohmann::json> {
 public:
  using boolean_t = nlohmann::json::boolean_t;

  explicit FlatObject(Fields& fields) : fields_(fields) {}

  const std::string& damage() const { return damage_; }

  bool null() override { return keep(""); }
  bool boolean(boolean_t value) override { return keep(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return keep(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return keep(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& digits) override { return keep(digits); }
  bool string(string_t& value) override { return keep(value); }
  bool binary(binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override {
    if (depth_ > 0) return refuse("field \"" + field_ + "\" holds an object");
    ++depth_;
    return true;
  }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override {
    return refuse(depth_ == 0 ? "it is a list" : "field \"" + field_ + "\" holds a list");
  }
  bool end_array() override { return true; }

  bool key(string_t& name) override {
    field_ = printable(name);
    if (fields_.contains(name)) return refuse("field \"" + field_ + "\" is there twice");
    name_ = name;
    return true;
  }

  // The parser's own message quotes what it read, which may be a card number (X4): only where it
  // stopped is told.
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    return refuse("it is not JSON from character " + std::to_string(position) + " on");
  }

 private:
  bool keep(std::string value) {
    if (depth_ == 0) return refuse("it is a single value");
    fields_.emplace(name_, std::move(value));
    return true;
  }
  bool refuse(std::string why) {
    damage_ = std::move(why);
    return false;
  }

  Fields& fields_;
  int depth_ = 0;
  std::string name_;
  std::string field_;  // the name as messages show it
  std::string damage_;
};

}  // namespace

std::string read_flat_object(std::string_view text, Fields& fields) {
  // To the parser the text would end there.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return "it is not JSON from character " + std::to_string(nul + 1) + " on";
  }
  FlatObject object(fields);
  nlohmann::json::sax_parse(text, &object);
  return object.damage();
}

}  // namespace recycled::intake
