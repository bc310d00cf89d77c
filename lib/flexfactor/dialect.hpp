// How an account speaks where the contract does not say. Each member is a "?" of flexfactor.md, a
// key of the config, and a switch of flexfactor-sim: README "What nobody documents".
#pragma once

#include <string>

namespace recycled::flexfactor {

// What is asked how an order stands: GET orders/{id}, or the deprecated POST outcome.
enum class InquiryBy { orders, outcome };

// What a 409 to evaluate says. Only a key that was seen before can conflict, so by default it tells
// as little of what became of that request as silence does.
enum class RepeatConflict { unknown, refused };

// The unit of amounts in GET orders.
enum class AmountUnit { minor, major };

struct Dialect {
  InquiryBy inquiry = InquiryBy::orders;
  RepeatConflict repeat_conflict = RepeatConflict::unknown;
  int unknown_order_code = 404;          // to an inquiry; 410 always means it too
  std::string expired_word = "EXPIRED";  // in statusName; case ignored
  int first_page = 1;                    // pageNumber of the first page of GET orders
  AmountUnit order_amounts = AmountUnit::minor;
};

}  // namespace recycled::flexfactor
