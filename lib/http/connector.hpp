// From a base URL to a connection ready for a request: name lookup, TCP, TLS, under one deadline.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "async/task.hpp"
#include "base/result.hpp"
#include "http/base_url.hpp"
#include "http/wire.hpp"

namespace recycled::http {

// What went wrong, in words; nothing of a request can have been sent.
using Connected = tl::expected<std::unique_ptr<Wire>, std::string>;

class Connector {
 public:
  // `tls` is needed for https alone.
  Connector(asio::any_io_executor executor, BaseUrl base, std::optional<asio::ssl::context> tls);

  // Tries the addresses of the name one after the other.
  async::Task<Connected> connect(Deadline deadline);

 private:
  asio::any_io_executor executor_;
  BaseUrl base_;
  std::optional<asio::ssl::context> tls_;
};

}  // namespace recycled::http
