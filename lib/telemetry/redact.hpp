// What no log line may carry. Fields are an allow-list already (ports/events.hpp); this is the net
// below it, for text that came from outside: a provider's message, a rejected row (lessons.md 25).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

namespace recycled::telemetry {

// Printable UTF-8 on one line: control characters, format characters that reorder text, and bytes
// that are not UTF-8 become "\xNN"; what is longer than 1000 bytes is cut and ends in "...".
std::string make_printable(std::string_view text);

class Redactor {
 public:
  // That text will come out as "[hidden]". Shorter ones than four bytes would hide half the log
  // and are not secrets; they are ignored.
  void hide(std::string_view secret);

  // Secrets out, card numbers masked, the rest printable.
  std::string redact(std::string_view text) const;

 private:
  std::vector<crypto::Secret> secrets_;  // longest first
};

}  // namespace recycled::telemetry
