#include "flexfactor/behaviour.hpp"

#include <array>

#include "base/words.hpp"

namespace recycled::flexfactor {

namespace {

struct Steering {
  std::string_view prefix;  // of a token
  std::string_view number;  // how a card number begins that gets such a token
  Fate fate;
};

constexpr std::array steering_table{
    Steering{"approve", "400001", Fate::approve}, Steering{"decline", "400002", Fate::decline},
    Steering{"pending", "400003", Fate::never},   Steering{"late", "400004", Fate::late},
    Steering{"expire", "400005", Fate::expire},   Steering{"challenge", "400006", Fate::challenge},
    Steering{"capture", "400007", Fate::capture}, Steering{"refuse", "400008", Fate::refuse},
    Steering{"cancel", "400009", Fate::cancel},
};
// flexfactor.md "Sandbox values".
constexpr std::string_view sandbox_card = "4000002760003184";

const Steering* steering_of(std::string_view card_token) {
  for (const auto& steering : steering_table) {
    if (card_token.starts_with(steering.prefix)) return &steering;
  }
  return nullptr;
}

// FNV-1a: std::hash is not the same everywhere.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

std::string_view to_text(SimulatedFault fault) {
  switch (fault) {
    case SimulatedFault::callback_late:
      return "callback_late";
    case SimulatedFault::callback_twice:
      return "callback_twice";
    case SimulatedFault::callback_early:
      return "callback_early";
    case SimulatedFault::callback_reordered:
      return "callback_reordered";
    case SimulatedFault::callback_lost:
      return "callback_lost";
    case SimulatedFault::error_429:
      return "error_429";
    case SimulatedFault::error_5xx:
      return "error_5xx";
    case SimulatedFault::error_5xx_after:
      return "error_5xx_after";
    case SimulatedFault::stall:
      return "stall";
    case SimulatedFault::reset_after_read:
      return "reset_after_read";
    case SimulatedFault::token_expired:
      return "token_expired";
  }
  return {};
}

std::optional<SimulatedFault> parse_simulated_fault(std::string_view text) {
  return parse_word(text, SimulatedFault::token_expired);
}

std::uint64_t Dice::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31U);
}

std::int64_t Dice::roll(std::int64_t sides) {
  return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(sides));
}

std::string_view steering_of_number(std::string_view card_number) {
  if (card_number == sandbox_card) return "approve";
  for (const auto& steering : steering_table) {
    if (card_number.starts_with(steering.number)) return steering.prefix;
  }
  return {};
}

bool is_steered(std::string_view card_token) { return steering_of(card_token) != nullptr; }

Fate fate_of(const Behaviour& behaviour, std::string_view card_token, std::string_view order,
             int attempt) {
  if (const Steering* steering = steering_of(card_token)) return steering->fate;
  Dice dice(behaviour.seed ^ hash_of(order) ^ (static_cast<std::uint64_t>(attempt) << 32U));
  const std::int64_t rolled = dice.roll(100);
  if (rolled < behaviour.approve_percent) return Fate::approve;
  if (rolled < behaviour.approve_percent + behaviour.decline_percent) return Fate::decline;
  return Fate::expire;
}

}  // namespace recycled::flexfactor
