#include "system/files.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/failpoint.hpp"
#include "system/descriptor.hpp"

namespace recycled::system {
namespace {

Failure refuse(Fault fault, const std::filesystem::path& path, const std::string& why) {
  return fail(fault, path.string() + ": " + why);
}

Failure os_failure(const std::filesystem::path& path) {
  return refuse(errno == ENOENT ? Fault::not_found : Fault::store, path, last_os_error());
}

Result<void> write_all(int descriptor, const std::filesystem::path& path,
                       std::string_view content) {
  while (!content.empty()) {
    const ssize_t took = write(descriptor, content.data(), content.size());
    if (took < 0 && errno == EINTR) continue;
    if (took < 0) return refuse(Fault::store, path, last_os_error());
    content.remove_prefix(static_cast<std::size_t>(took));
  }
  if (fsync(descriptor) != 0) return refuse(Fault::store, path, last_os_error());
  return {};
}

Result<void> write_beside(const std::filesystem::path& beside, std::string_view content,
                          Access access) {
  const mode_t mode = access == Access::owner_only ? 0600 : 0644;
  const Descriptor file(
      open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file.is_open()) return refuse(Fault::store, beside, last_os_error());
  // One left over by a crash keeps its mode otherwise.
  if (fchmod(file.number(), mode) != 0) return refuse(Fault::store, beside, last_os_error());
  return write_all(file.number(), beside, content);
}

// A rename is durable once its folder is.
Result<void> sync_folder(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor held(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (held.is_open() && fsync(held.number()) == 0) return {};
  return refuse(Fault::store, folder, last_os_error());
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return os_failure(path);
  struct stat info {};
  if (fstat(file.number(), &info) != 0) return os_failure(path);
  if (!S_ISREG(info.st_mode)) return refuse(Fault::invalid, path, "is not a regular file");
  std::string content;
  std::array<char, 64 * 1024> part;
  for (;;) {
    const ssize_t got = read(file.number(), part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_failure(path);
    if (got == 0) return content;
    content.append(part.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return refuse(Fault::invalid, path, "is larger than " + std::to_string(limit) + " bytes");
    }
  }
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        Access access) {
  const std::filesystem::path beside = path.string() + ".new";
  auto written = write_beside(beside, content, access);
  may_die_at(Failpoint::file_written);
  if (written && rename(beside.c_str(), path.c_str()) != 0) {
    written = refuse(Fault::store, path, last_os_error());
  }
  if (!written) {
    unlink(beside.c_str());
    return written;
  }
  may_die_at(Failpoint::file_renamed);
  return sync_folder(path);
}

}  // namespace recycled::system
