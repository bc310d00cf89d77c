// The provider's tokenization: a card number goes in, a token comes out (mission.md X4). Nothing is
// charged, so that asking again about the same card is harmless.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/time.hpp"
#include "crypto/secret.hpp"

namespace recycled::ports {

// A card as it is nowhere but on its way from an import file to its tokenization: never stored.
struct PlainCard {
  GatewayId gateway;  // the provider's account that makes the token
  crypto::Secret number;
  int exp_month = 1;    // 1..12
  int exp_year = 2000;  // four digits
  std::string first_name;
  std::string last_name;
};

struct CardToken {
  std::string token;
};

// This card cannot be tokenized.
struct CardRefused {
  std::string why;
};

// It was not looked at: not now, but later.
struct SlowDown {
  std::string why;
  std::optional<Millis> retry_after;
};

// Nobody answered, or nobody who lets us in or knows of cards.
struct NoAnswer {
  std::string why;
  std::string look_at{};  // the settings to look at; empty: it is not for want of a right one
};

using TokenizeReply = std::variant<CardToken, CardRefused, SlowDown, NoAnswer>;

// One account. A call is made at most once: no retry in here.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual async::Task<TokenizeReply> tokenize(PlainCard card) = 0;
};

class Tokenizers {
 public:
  virtual ~Tokenizers() = default;
  // Null: that gateway is no account that makes tokens.
  virtual Tokenizer* find(const GatewayId& gateway) = 0;
};

}  // namespace recycled::ports
