#include "intake/rerun_record.hpp"

#include "intake/common_fields.hpp"
#include "intake/text.hpp"

namespace recycled::intake {

namespace {

GatewayId read_target(FieldReader& reader, const Fields& fields, const billing::Rules& rules) {
  const auto named = fields.find("gateway_id");
  if (named != fields.end() && !is_blank(named->second)) return GatewayId(reader.id("gateway_id"));
  const auto only = billing::sole_flexfactor(rules);
  if (only) return *only;
  reader.complain("gateway_id",
                  "is missing: the config does not have exactly one FlexFactor gateway");
  return {};
}

}  // namespace

RerunResult to_rerun(const Fields& fields, const RecordRules& rules) {
  auto card_numbers = card_problems(fields, rules);
  if (!card_numbers.empty()) return tl::unexpected(std::move(card_numbers));

  FieldReader reader(fields);
  RerunRecord read;
  read.sale = SaleId(reader.required_id("order_id"));
  read.at = read_target(reader, fields, rules.rules);
  if (!reader.problems().empty()) return tl::unexpected(reader.problems());
  return read;
}

bool is_rerun_field(std::string_view name) { return name == "order_id" || name == "gateway_id"; }

}  // namespace recycled::intake
