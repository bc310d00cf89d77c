#include "system/run_lock.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace recycled::system {
namespace {

// What the holder wrote; it may be about to, or may have been killed before it could.
std::string read_holder(int descriptor) {
  std::array<char, 16> text{};
  const ssize_t got = pread(descriptor, text.data(), text.size(), 0);
  const std::string pid(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::string digits = pid.substr(0, pid.find('\n'));
  return digits.empty() ? "another process" : "process " + digits;
}

}  // namespace

Result<std::unique_ptr<RunLock>> RunLock::take(const std::filesystem::path& ledger) {
  const std::string path = ledger.string() + ".lock";
  Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.is_open()) return fail(Fault::store, path + ": cannot be opened: " + last_os_error());
  if (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(Fault::store, path + ": " + last_os_error());
    return fail(Fault::busy, path + " is held by " + read_holder(file.number()) +
                                 ": another run is at this ledger");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  const bool written =
      ftruncate(file.number(), 0) == 0 &&
      pwrite(file.number(), pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  if (!written) return fail(Fault::store, path + ": cannot be written: " + last_os_error());
  return std::unique_ptr<RunLock>(new RunLock(std::move(file)));
}

}  // namespace recycled::system
