// Events as lines of a file, each the body that a webhook would have.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/delivery.hpp"

namespace recycled::webhooks {

// Appends whole lines, and returns once they are on the disk. Opens the file anew each time, so
// that it may be rotated under us. What a crash left of a line is cut off first: it was never
// marked as delivered, and comes again. Fault::store, with the file and why; it is then as before.
Result<void> append_lines(const std::filesystem::path& file, std::string_view lines);

class JsonlSink final : public ports::EventSink {
 public:
  explicit JsonlSink(std::filesystem::path file);
  ~JsonlSink() override;

  // Lines that come while others are being written go out together, on a thread of the sink's own:
  // a slow disk holds up no answer to anybody.
  async::Task<ports::SinkReply> deliver(std::string id, ports::OutboundEvent event) override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace recycled::webhooks
