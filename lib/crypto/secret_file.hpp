// Credentials come from files or systemd credentials, never from the config file itself (rule S1).
#pragma once

#include <filesystem>
#include <utility>

#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace recycled::crypto {

// Who may read it besides its owner.
enum class Kept {
  private_file,  // nobody
  credential,    // the service it was given to: systemd keeps it in a folder of that service alone,
                 // where an access list may look like the group's right to read
  named_by_hand  // anybody: whoever names it on a command line answers for it
};

struct SecretFile {
  SecretFile() = default;
  // Not explicit: a path that says nothing else is a private file.
  SecretFile(std::filesystem::path file, Kept how = Kept::private_file)
      : path(std::move(file)), kept(how) {}

  bool empty() const { return path.empty(); }
  bool operator==(const SecretFile&) const = default;

  std::filesystem::path path;  // of a credential whose folder is not known: "credential:NAME"
  Kept kept = Kept::private_file;
};

// The file's bytes without one trailing newline. Refused, with a message that names the file and
// never its content: a file that cannot be read (not_found), one that is empty, larger than
// 64 KiB, no regular file, or open to more than its kind allows (all invalid).
Result<Secret> read_secret_file(const SecretFile& file);

// What is wrong with the file's mode: a message, for one that is read all the same.
Result<void> check_mode(const SecretFile& file);

}  // namespace recycled::crypto
