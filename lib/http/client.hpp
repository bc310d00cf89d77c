// The transport over sockets: HTTP/1.1 to one base URL, plain or TLS 1.2 and up, with a pool of
// kept-alive connections. It never repeats a request by itself (lessons.md 3).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "async/task.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "http/transport.hpp"

namespace recycled::http {

struct ClientSettings {
  std::string base_url;                      // http:// or https://, ends in '/'
  std::filesystem::path ca_file;             // PEM; empty: the system's certificates
  Millis connect_timeout{5'000};             // name lookup, TCP and TLS handshake together
  Millis request_timeout{30'000};            // the whole exchange, connecting included
  std::size_t response_bytes = 1024 * 1024;  // of a response's body
  int idle_connections = 32;                 // kept alive at most; more are closed after use
  Millis idle_timeout{30'000};               // an unused connection is not used again after this
};

// Lives on the one thread of its executor, and outlives its exchanges. Failures never quote the
// target, whose query may hold a key.
class Client final : public Transport {
 public:
  // Fault::invalid: the base URL or the CA file, named.
  static Result<std::unique_ptr<Client>> make(boost::asio::any_io_executor executor,
                                              ClientSettings settings);
  ~Client() override;

  // Reached::certainly_not means that not one byte of the request was handed to a connection.
  async::Task<Exchange> exchange(Request request) override;

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recycled::http
