// A folder that goes with its owner.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace recycled::system {

class TemporaryFolder {
 public:
  // A new one for this user alone, under $TMPDIR or /tmp; its name begins with `name`.
  // Fault::store: it cannot be made.
  static Result<TemporaryFolder> make(const std::string& name);
  // The same in memory, where the system has such a place: what is synced there costs nothing.
  static Result<TemporaryFolder> make_in_memory(const std::string& name);

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();  // with all that is in it

  const std::filesystem::path& path() const { return path_; }

 private:
  static Result<TemporaryFolder> make_under(const std::filesystem::path& parent,
                                            const std::string& name);
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace recycled::system
