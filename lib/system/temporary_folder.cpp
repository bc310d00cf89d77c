#include "system/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace recycled::system {

Result<TemporaryFolder> TemporaryFolder::make(const std::string& name) {
  std::error_code failed;
  const auto parent = std::filesystem::temp_directory_path(failed);
  return make_under(failed ? "/tmp" : parent, name);
}

Result<TemporaryFolder> TemporaryFolder::make_in_memory(const std::string& name) {
  if (auto made = make_under("/dev/shm", name)) return made;
  return make(name);
}

Result<TemporaryFolder> TemporaryFolder::make_under(const std::filesystem::path& parent,
                                                    const std::string& name) {
  std::string made = (parent / (name + "-XXXXXX")).string();
  if (::mkdtemp(made.data()) != nullptr) return TemporaryFolder(made);
  return fail(Fault::store, "cannot make a folder in " + parent.string() + ": " +
                                std::generic_category().message(errno));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace recycled::system
