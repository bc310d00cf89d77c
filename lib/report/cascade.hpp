// What a shop is answered on a cascade, in words. Pure.
#pragma once

#include <string>

#include "ports/cascade.hpp"

namespace recycled::report {

// A line for people, of the merchant's order.
std::string to_text(const SaleId& order, const ports::CascadeAnswer& answer);
// {"order_id","result","reason","message","decided_by","gateway","amount","currency",
//  "handed_over_as","provider_order"}
std::string to_json(const SaleId& order, const ports::CascadeAnswer& answer);

}  // namespace recycled::report
