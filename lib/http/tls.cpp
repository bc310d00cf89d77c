#include "http/tls.hpp"

#include <string>

#include <openssl/ssl.h>

namespace recycled::http {
namespace {

namespace ssl = boost::asio::ssl;

Failure refuse(const std::string& what, const boost::system::error_code& error) {
  return fail(Fault::invalid, what + ": " + error.message());
}

void require_modern(ssl::context& context) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
}

}  // namespace

Result<ssl::context> client_tls(const std::filesystem::path& ca_file) {
  ssl::context context(ssl::context::tls_client);
  require_modern(context);
  context.set_verify_mode(ssl::verify_peer);
  boost::system::error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
    if (error) return refuse("the system's CA certificates", error);
  } else {
    context.load_verify_file(ca_file.string(), error);
    if (error) return refuse("CA file " + ca_file.string(), error);
  }
  return context;
}

Result<void> check_identity(const TlsIdentity& identity) {
  const auto context = server_tls(identity);
  if (!context) return Failure(context.error());
  return {};
}

Result<ssl::context> server_tls(const TlsIdentity& identity) {
  ssl::context context(ssl::context::tls_server);
  require_modern(context);
  boost::system::error_code error;
  context.use_certificate_chain_file(identity.certificate.string(), error);
  if (error) return refuse("TLS certificate " + identity.certificate.string(), error);
  // OpenSSL compares the key with the certificate loaded before it.
  context.use_private_key_file(identity.private_key.string(), ssl::context::pem, error);
  if (error) {
    return refuse("TLS private key " + identity.private_key.string() + " for certificate " +
                      identity.certificate.string(),
                  error);
  }
  return context;
}

}  // namespace recycled::http
