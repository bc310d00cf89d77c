// Credentials come from files or systemd credentials, never from the config file itself (rule S1).
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace recycled::crypto {

// The file's bytes without one trailing newline. Refused, with a message that names the file and
// never its content: a file that cannot be read (not_found), one that is empty, larger than
// 64 KiB, no regular file, or open to group or others (all invalid).
Result<Secret> read_secret_file(const std::filesystem::path& path);

}  // namespace recycled::crypto
