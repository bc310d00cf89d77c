#include "api/token.hpp"

#include <algorithm>
#include <cstddef>

namespace recycled::api {
namespace {

constexpr std::size_t shortest = 16;

bool is_visible(char c) { return c > ' ' && c < 0x7F; }

}  // namespace

Result<crypto::Secret> read_token(const crypto::SecretFile& file) {
  auto token = crypto::read_secret_file(file);
  if (!token) return token;
  const std::string_view text = token->reveal();
  if (text.size() >= shortest && std::ranges::all_of(text, is_visible)) return token;
  return fail(Fault::invalid, "secret file " + file.path.string() +
                                  ": a token is one line of at least 16 letters, digits and marks; "
                                  "make one with `openssl rand -hex 32`");
}

}  // namespace recycled::api
