#include "intake/row.hpp"

#include "intake/csv.hpp"
#include "intake/jsonl.hpp"
#include "intake/lines.hpp"

namespace recycled::intake {

Result<std::unique_ptr<RowReader>> open_rows(std::istream& in) {
  Characters characters(in);
  if (characters.peek() == 0xFF || characters.peek() == 0xFE) {
    return fail(Fault::invalid, "the file is UTF-16: save it as UTF-8");
  }
  characters.skip_mark();
  // A rejected JSONL file opens with a comment, since there is no header to come first.
  while (characters.peek() == '\n' || characters.peek() == '\r' || characters.peek() == '#') {
    const std::string line = characters.rest_of_line();
    if (line.empty() || is_reject_comment(line)) continue;
    return fail(Fault::invalid, "the first line begins with '#': begin with the header");
  }
  if (characters.peek() == '{') return std::make_unique<JsonlReader>(characters);
  return CsvReader::open(characters);
}

}  // namespace recycled::intake
