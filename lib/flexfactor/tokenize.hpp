// The wire of POST tokenize (flexfactor.md), as pure functions. A card number is in no message and
// no copy of it is left behind.
#pragma once

#include <string>

#include "flexfactor/account.hpp"
#include "flexfactor/codec.hpp"
#include "ports/tokenizer.hpp"

namespace recycled::flexfactor {

// The settings that let us in, for ports::NoAnswer.
inline constexpr const char* credentials = "app_key_file, app_secret_file and base_url";

// "tokenize?mid=…&environment=…". It holds the EnvironmentKey: to be sent and never to be shown.
std::string tokenize_target(const Account& account);

// The body, written into one buffer that the caller wipes. No verification value: we have none,
// and must not keep one. Fault::invalid: a name is not UTF-8.
Result<std::string> compose_tokenize(const ports::PlainCard& card);

// What a reply means. One that names another card than `card` is no answer to it. Its words are
// passed on without card numbers and without the EnvironmentKey.
ports::TokenizeReply decode_tokenize(const Reply& reply, const Account& account,
                                     const ports::PlainCard& card);

}  // namespace recycled::flexfactor
