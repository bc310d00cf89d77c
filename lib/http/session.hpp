// One connection of the server: requests in, replies out, until either side has had enough.
#pragma once

#include <memory>
#include <optional>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/server.hpp"
#include "http/wire.hpp"

namespace recycled::http {

class Session {
 public:
  // Settings and handler outlive the session; no `tls` means plain HTTP.
  Session(StreamSocket socket, const ServerSettings& settings, const Handler& handler,
          std::shared_ptr<asio::ssl::context> tls);

  // Ends with the connection closed. Only a Bug of the handler's comes out.
  async::Task<void> run();

  // Kept alive after a reply, with nothing of a further request arrived. A new connection is not
  // spare: its request is on the way.
  bool spare() { return served_ && unasked(); }
  // The peer lets us wait, as it did at the `looks` looks before this one: a request is begun and
  // not whole, or a reply not taken.
  bool is_slow(int looks) { return is_awaited_ && ++looks_ > looks; }
  // The reply under way, or else the next, is the last.
  void make_last() { last_ = true; }
  // The same, and closed at once if nothing of a request has arrived. From here on the peer gets
  // the farewell, and no more, for whatever it still has to send or to take.
  void finish();
  // Closes now, whatever goes on.
  void cut() { wire_.close(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  // How long the peer may take for what comes next.
  Millis patience(Millis usual) const;
  bool unasked() { return idle_ && buffer_.size() == 0 && wire_.is_quiet(); }
  void wait_for_peer() {
    is_awaited_ = true;
    looks_ = 0;
  }
  async::Task<void> converse();
  async::Task<bool> await_first_byte();
  // The error is a protocol error, a limit or the wire's; it says nothing about the request then.
  async::Task<ErrorCode> read_request(Parser& parser);
  async::Task<bool> serve_one(Millis usual);
  async::Task<Response> ask_handler(Request request);
  async::Task<bool> deliver(Response response, const Parser& parser);
  async::Task<void> refuse(ErrorCode why);
  async::Task<void> stall();
  async::Task<ErrorCode> write(boost::beast::http::response<boost::beast::http::string_body> reply);

  Wire wire_;
  boost::beast::flat_buffer buffer_;
  const ServerSettings& settings_;
  const Handler& handler_;
  const std::shared_ptr<asio::ssl::context> tls_;
  bool is_awaited_ = false;  // the peer is to send or to take something
  int looks_ = 0;            // of a full server, while that lasts
  bool idle_ = true;         // waiting for a request's first byte
  bool served_ = false;
  bool last_ = false;
  bool finishing_ = false;
};

}  // namespace recycled::http
