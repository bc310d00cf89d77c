#include "crypto/secret_file.hpp"

#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include <openssl/crypto.h>

namespace recycled::crypto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_secret = std::size_t{64} * 1024;

Failure refuse(Fault fault, const fs::path& path, const std::string& why) {
  return fail(fault, "secret file " + path.string() + ": " + why);
}

Result<void> check_mode(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return refuse(Fault::not_found, path, "there is no such file");
  if (!fs::is_regular_file(status)) return refuse(Fault::invalid, path, "is not a regular file");
  const fs::perms others = fs::perms::group_all | fs::perms::others_all;
  if ((status.permissions() & others) != fs::perms::none) {
    return refuse(Fault::invalid, path,
                  "is open to group or others; run `chmod 600 " + path.string() + "`");
  }
  return {};
}

}  // namespace

Result<Secret> read_secret_file(const fs::path& path) {
  if (const auto mode = check_mode(path); !mode) return tl::unexpected(mode.error());
  std::ifstream file(path, std::ios::binary);
  if (!file) return refuse(Fault::not_found, path, "cannot be read by this user");
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
