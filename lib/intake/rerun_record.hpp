// From a record to the wish that a new sale be handed to FlexFactor by name, or to everything that
// is wrong with it. Source: mission.md N1, X4.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "intake/field_reader.hpp"
#include "intake/record.hpp"

namespace recycled::intake {

struct RerunRecord {
  SaleId sale;   // "order_id"
  GatewayId at;  // "gateway_id", or the only FlexFactor gateway there is

  bool operator==(const RerunRecord&) const = default;
};

using RerunResult = tl::expected<RerunRecord, std::vector<FieldProblem>>;

// Whether the gateway may be named, and the sale be handed over, is not judged here: that is a
// refusal, with a reason of its own.
RerunResult to_rerun(const Fields& fields, const RecordRules& rules);

bool is_rerun_field(std::string_view name);

}  // namespace recycled::intake
