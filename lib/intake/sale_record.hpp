// From a record of an import file to a new sale (the merchant's "order"), or to everything that is
// wrong with it. Source: operations.md "Import formats", mission.md N1-N3, X4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "billing/sale.hpp"
#include "intake/field_reader.hpp"
#include "intake/record.hpp"

namespace recycled::intake {

struct SaleRecord {
  billing::Sale sale;
  std::optional<ports::PlainCard> card;  // to be tokenized: the sale has no token yet
};

using SaleResult = tl::expected<SaleRecord, std::vector<FieldProblem>>;

// A record that holds a card number, in any field but a card_number to be tokenized, is refused for
// that alone. The decline and the card are demanded of a declined order: what is told of another,
// that it is cancelled, say, must not fail for want of them.
SaleResult to_sale(const Fields& fields, const RecordRules& rules);

// The fields a sale record may have; any other column is not read, but still searched for card
// numbers.
bool is_sale_field(std::string_view name);
// The columns that a file of them must have.
const std::vector<std::string>& required_sale_fields();

}  // namespace recycled::intake
