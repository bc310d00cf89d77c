// A credential in memory (rule S1). It has no operator<< and no implicit conversion, so it cannot
// slip into a message or a log line; whoever needs the characters says `reveal()`, and a search
// for that word finds every use.
#pragma once

#include <string>
#include <string_view>

namespace recycled::crypto {

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
