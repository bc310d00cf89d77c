#include "crypto/secret_file.hpp"

#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>

#include <openssl/crypto.h>

namespace recycled::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_secret = std::size_t{64} * 1024;

Failure refuse(Fault fault, const fs::path& path, const std::string& why) {
  return fail(fault, "secret file " + path.string() + ": " + why);
}

bool is_open_to(const fs::file_status& status, fs::perms rights) {
  return (status.permissions() & rights) != fs::perms::none;
}

Result<void> check_private(const fs::path& path, const fs::file_status& status) {
  if (!is_open_to(status, fs::perms::group_all | fs::perms::others_all)) return {};
  return refuse(Fault::invalid, path,
                "is open to group or others; run `chmod 600 " + path.string() + "`");
}

// systemd shows a credential as r--r----- where it lets the service read by an access list. What
// protects it is its folder, which must be open to nobody but the service either.
Result<void> check_credential(const fs::path& path, const fs::file_status& status) {
  std::error_code error;
  const fs::file_status folder = fs::status(path.parent_path(), error);
  const bool shared =
      is_open_to(status, fs::perms::group_write | fs::perms::group_exec | fs::perms::others_all) ||
      !fs::is_directory(folder) ||
      is_open_to(folder, fs::perms::group_write | fs::perms::others_all);
  if (!shared) return {};
  return refuse(Fault::invalid, path, "is open to others than the service it was given to");
}

Result<void> check_kind(const SecretFile& file, const fs::file_status& status) {
  const fs::path& path = file.path;
  if (!fs::exists(status)) {
    return refuse(Fault::not_found, path,
                  file.kept == Kept::credential
                      ? "there is no such file: LoadCredential= of the unit hands over none"
                      : "there is no such file; make it with mode 600, for the user that runs "
                        "this, and put the secret into it");
  }
  if (!fs::is_regular_file(status)) return refuse(Fault::invalid, path, "is not a regular file");
  return {};
}

}  // namespace

Result<void> check_mode(const SecretFile& file) {
  if (file.kept == Kept::credential && file.path.is_relative()) {
    return refuse(Fault::not_found, file.path,
                  "this process was given no credentials ($CREDENTIALS_DIRECTORY is not set); run "
                  "it under the unit that has the LoadCredential= lines");
  }
  std::error_code error;
  const fs::file_status status = fs::status(file.path, error);
  if (auto usable = check_kind(file, status); !usable) return usable;
  switch (file.kept) {
    case Kept::private_file:
      return check_private(file.path, status);
    case Kept::credential:
      return check_credential(file.path, status);
    case Kept::named_by_hand:
      return {};
  }
  return {};
}

Result<Secret> read_secret_file(const SecretFile& from) {
  const fs::path& path = from.path;
  if (const auto mode = check_mode(from); !mode) return tl::unexpected(mode.error());
  // Without a buffer of its own, which nobody would wipe.
  std::ifstream file;
  file.rdbuf()->pubsetbuf(nullptr, 0);
  file.open(path, std::ios::binary);
  if (!file)
    return refuse(Fault::not_found, path,
                  "cannot be read by this user; give it to whoever runs the service, with chown");
  // One byte more than allowed is enough to see that the file is too large; the buffer never
  // grows, so that no copy of it is left behind unwiped.
  std::string text(largest_secret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(file.gcount());
  const bool ends_in_newline = size > 0 && text[size - 1] == '\n';
  Secret secret(text.substr(0, ends_in_newline ? size - 1 : size));
  OPENSSL_cleanse(text.data(), text.size());
  if (file.bad()) return refuse(Fault::invalid, path, "cannot be read");
  if (size > largest_secret) return refuse(Fault::invalid, path, "is larger than 64 KiB");
  if (secret.empty()) return refuse(Fault::invalid, path, "is empty");
  return secret;
}

}  // namespace recycled::crypto
