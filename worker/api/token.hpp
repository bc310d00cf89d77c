// What callers of the local API have to show.
#pragma once

#include "base/result.hpp"
#include "crypto/secret_file.hpp"

namespace recycled::api {

// Fault::invalid or not_found, with the file and what to do: one that cannot be read, or whose text
// is short or cannot stand in a header.
Result<crypto::Secret> read_token(const crypto::SecretFile& file);

}  // namespace recycled::api
