// Events as lines of a file, each the body that a webhook would have.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/delivery.hpp"

namespace recycled::webhooks {

// Appends the line and its end, and returns once it is on the disk. Opens the file anew each time,
// so that it may be rotated under us. What a crash left of a line is cut off first: it was never
// marked as delivered, and comes again. Fault::store, with the file and why; it is then as before.
Result<void> append_line(const std::filesystem::path& file, std::string_view line);

class JsonlSink final : public ports::EventSink {
 public:
  explicit JsonlSink(std::filesystem::path file);
  async::Task<ports::SinkReply> deliver(std::string id, ports::OutboundEvent event) override;

 private:
  const std::filesystem::path file_;
};

}  // namespace recycled::webhooks
