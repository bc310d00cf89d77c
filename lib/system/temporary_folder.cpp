#include "system/temporary_folder.hpp"

#include <cerrno>
#include <system_error>

#include <stdlib.h>

namespace recycled::system {

Result<TemporaryFolder> TemporaryFolder::make(const std::string& name) {
  std::error_code failed;
  const auto parent = std::filesystem::temp_directory_path(failed);
  std::string made = ((failed ? "/tmp" : parent) / (name + "-XXXXXX")).string();
  if (::mkdtemp(made.data()) != nullptr) return TemporaryFolder(made);
  return fail(Fault::store, "cannot make a folder in " + parent.string() + ": " +
                                std::generic_category().message(errno));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace recycled::system
