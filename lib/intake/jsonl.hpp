// JSON Lines: one flat object (flat_object.hpp) a line, with the field names of the CSV.
#pragma once

#include "intake/lines.hpp"
#include "intake/row.hpp"

namespace recycled::intake {

class JsonlReader final : public RowReader {
 public:
  explicit JsonlReader(Characters in) : in_(in) {}

  std::optional<Row> next() override;
  std::string header() const override { return {}; }
  std::vector<std::string> columns() const override { return {}; }
  std::string write(const Fields& fields) const override;

 private:
  Characters in_;
};

}  // namespace recycled::intake
