// Whole files, in and out. Errors name the file and what the system said about it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace recycled::system {

// Fault::not_found when there is none, Fault::invalid when it is no regular file or larger than
// `limit` bytes, Fault::store when it cannot be read.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

enum class Access { owner_only, everyone_reads };

// Readers see the old content or the new one and never a part of either, whatever crashes: written
// beside, synced, renamed. Fault::store: the old file, if there was one, is untouched.
Result<void> write_file(const std::filesystem::path& path, std::string_view content,
                        Access access = Access::owner_only);

}  // namespace recycled::system
