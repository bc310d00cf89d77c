// A small HTTP/1.1 server, plain or TLS, for the callback endpoint, the local API and the simulated
// provider. It trusts no peer: sizes, times and the number of connections are bounded.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "async/task.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace recycled::http {

// PEM files: the certificate with its chain, and its private key.
struct TlsIdentity {
  std::filesystem::path certificate;
  std::filesystem::path private_key;
};

// Fault::invalid, as of Server::start: what is wrong with a listen address.
Result<void> check_listen(const std::string& listen);

// Whether one can listen there now; nothing is kept. Fault::busy: somebody does already;
// Fault::not_found: the folder of a socket file is not there; Fault::invalid: no address of this
// machine, or no port for this user.
Result<void> try_listen(const std::string& listen);

// Fault::invalid, as of Server::start: the file that cannot be used, or both if they do not belong
// together.
Result<void> check_identity(const TlsIdentity& identity);

struct ServerSettings {
  // address:port, [address]:port for IPv6, port 0 = any free one; or "unix:/path", a socket file
  // that is made with mode 0660 and removed at the stop.
  std::string listen = "127.0.0.1:0";
  std::optional<TlsIdentity> tls;        // none: plain HTTP
  std::size_t header_bytes = 16 * 1024;  // more: 431
  std::size_t body_bytes = 64 * 1024;    // more: 413
  Millis request_deadline{10'000};       // to read one request (else 408), and to write one reply
  Millis idle_deadline{60'000};          // between two requests of one connection
  Millis farewell{1'000};                // at a stop: what a peer still has to send, or to take
  // Beyond that the oldest idle one is closed for the next, or else the oldest whose peer has let
  // us wait for longer than `give_way`; if there is neither, the next waits and every reply under
  // way is the last of its connection.
  int connections = 256;
  Millis give_way{1'000};
  // How the server words a refusal of its own (400, 408, 413, 431, 500); none: a line of text.
  std::function<Response(int status, std::string why)> refusal;
};

// Takes a request whose target starts with '/'. An exception gives the client a 500 and ends
// nothing, except a Bug, which comes out of the io_context's run().
using Handler = std::function<async::Task<Response>(Request)>;

// Lives on the one thread of its executor. A started server is stopped before it is destroyed.
class Server {
 public:
  Server(boost::asio::any_io_executor executor, ServerSettings settings, Handler handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens from here on. Fault::invalid: the listen address or a TLS file, named; Fault::busy: the
  // port is taken or not ours to take.
  Result<void> start();
  // Reads the TLS files again, for the connections from here on; those that are open keep the
  // certificate they began with. Fault::invalid names the file that cannot be used, and the old
  // certificate stays.
  Result<void> renew_certificate();
  // "127.0.0.1:43211", with the port really taken, or "unix:/path"; after start.
  std::string address() const;
  // Stops accepting, closes idle connections, lets handlers finish up to `drain`, then closes their
  // connections too. A peer that has not sent its request yet, or does not take its reply, gets the
  // farewell and no more, however long the drain. Returns when no connection is left; a handler's
  // own waits are not cut.
  async::Task<void> stop(Millis drain);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recycled::http
