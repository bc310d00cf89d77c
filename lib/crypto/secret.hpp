// A credential (rule S1) or a card number (X4) in memory. A Secret has no operator<< and no
// implicit conversion, so it cannot slip into a message or a log line; whoever needs the characters
// says `reveal()`, and a search for that word finds every use.
#pragma once

#include <string>
#include <string_view>

namespace recycled::crypto {

// Overwrites what the text held, and empties it. What it held before it grew is not reached: give
// it room at once.
void wipe(std::string& text);

// Wipes a text that holds a secret when the scope ends, however it ends.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(std::string& text) : text_(text) {}
  ~WipedAtEnd() { wipe(text_); }
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;

 private:
  std::string& text_;
};

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  // There is no move: a moved-from short string would keep its bytes, a copied one wipes its own.
  Secret(const Secret& other) = default;
  Secret& operator=(const Secret& other);
  ~Secret();

  // Valid as long as this Secret lives and is not assigned to.
  std::string_view reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace recycled::crypto
