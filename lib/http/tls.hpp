// How this program speaks TLS: 1.2 and up, always verifying whom it calls.
#pragma once

#include <filesystem>

#include <boost/asio/ssl/context.hpp>

#include "base/result.hpp"
#include "http/server.hpp"

namespace recycled::http {

// Trusts the certificates of `ca_file`, or the system's if it is empty. Fault::invalid names it.
Result<boost::asio::ssl::context> client_tls(const std::filesystem::path& ca_file);
// Fault::invalid names the file that cannot be used, or both if they do not belong together.
Result<boost::asio::ssl::context> server_tls(const TlsIdentity& identity);

}  // namespace recycled::http
