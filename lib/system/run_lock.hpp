// One run at a time on one ledger (exit code 75 otherwise).
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"
#include "system/descriptor.hpp"

namespace recycled::system {

// Held from take() until destruction; the kernel gives it back when the process dies, however it
// dies. The lock file stays where it is: deleting it would let two runs hold two files of one name.
class RunLock {
 public:
  // Locks `ledger` + ".lock". Fault::busy names the process that holds it, Fault::store says why
  // the file cannot be made.
  static Result<std::unique_ptr<RunLock>> take(const std::filesystem::path& ledger);

  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  explicit RunLock(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
};

}  // namespace recycled::system
