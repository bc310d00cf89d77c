#include "http/session.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>

#include "base/ensure.hpp"

namespace recycled::http {
namespace {

namespace beast_http = boost::beast::http;
using Reply = beast_http::response<beast_http::string_body>;

// Takes the body out of the message; the rest stays readable.
Request to_request(beast_http::request<beast_http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(message.body());
  return request;
}

// No body and no Content-Length: RFC 9110 sections 15.3.5 and 15.4.5.
bool is_bodyless(int status) { return status == 204 || status == 304; }

Reply to_reply(Response response) {
  Reply reply;
  reply.result(static_cast<unsigned>(response.status));
  for (const auto& [name, value] : response.headers) reply.insert(name, value);
  if (!is_bodyless(response.status)) {
    reply.content_length(response.body.size());
    reply.body() = std::move(response.body);
  }
  return reply;
}

// What is read ahead, and the longest piece of a body that has to be seen as a whole: the size of a
// chunk with its extensions, which neither limit counts.
constexpr std::size_t between_parts = 64 * 1024;

// Beast knows the coding "chunked" and takes any other for none: what follows would be another
// request here than for a proxy before us (RFC 9112, 6.1).
bool is_coding_known(const beast_http::request<beast_http::string_body>& message) {
  const auto codings = message.equal_range(beast_http::field::transfer_encoding);
  if (codings.first == codings.second) return true;
  const bool alone = std::next(codings.first) == codings.second;
  return alone && message.version() >= 11 &&
         boost::beast::iequals(codings.first->value(), "chunked");
}

struct Refusal {
  int status;
  const char* why;
};

Response word(const ServerSettings& settings, const Refusal& refusal) {
  if (settings.refusal) return settings.refusal(refusal.status, refusal.why);
  std::string line = std::string(refusal.why) + "\n";
  return {refusal.status, {{"Content-Type", "text/plain"}}, std::move(line), Delivery::answer};
}

// The status that says what was wrong with a request, or nothing where nobody is left to be told.
std::optional<Refusal> refusal_of(const Wire& wire, const ErrorCode& why) {
  if (wire.expired()) return Refusal{408, "the request took too long"};
  if (why == beast_http::error::header_limit) return Refusal{431, "the header is too large"};
  if (why == beast_http::error::body_limit) return Refusal{413, "the body is too large"};
  // These two are the peer's end, not its mistake.
  if (why == beast_http::error::end_of_stream || why == beast_http::error::partial_message) {
    return std::nullopt;
  }
  const bool malformed =
      why.category() == make_error_code(beast_http::error::bad_method).category();
  if (!malformed) return std::nullopt;
  return Refusal{400, "not an HTTP request"};
}

}  // namespace

Session::Session(StreamSocket socket, const ServerSettings& settings, const Handler& handler,
                 std::shared_ptr<asio::ssl::context> tls)
    : wire_(std::move(socket)),
      buffer_(settings.header_bytes + between_parts),
      settings_(settings),
      handler_(handler),
      tls_(std::move(tls)) {}

// While the handler works nobody waits for the peer, and its reply gets a deadline of its own.
void Session::finish() {
  last_ = true;
  finishing_ = true;
  if (unasked()) return cut();
  wire_.expires_after(settings_.farewell);
}

Millis Session::patience(Millis usual) const {
  return finishing_ ? std::min(usual, settings_.farewell) : usual;
}

async::Task<void> Session::run() {
  wait_for_peer();  // whoever connects has something to say
  if (tls_) {
    wire_.expires_after(patience(settings_.request_deadline));
    const ErrorCode error = co_await wire_.accept_tls(*tls_);
    if (error) co_return;
  }
  co_await converse();
  wire_.close();
}

async::Task<void> Session::converse() {
  // Only after the first reply may a peer be silent for long.
  bool more = co_await serve_one(settings_.request_deadline);
  while (more) {
    more = co_await serve_one(settings_.idle_deadline);
  }
}

// Waits up to `usual` for a request, answers it, and says whether another may follow.
async::Task<bool> Session::serve_one(Millis usual) {
  wire_.expires_after(patience(usual));
  idle_ = true;
  // Asked for while the reply before was being written.
  if (last_ && spare()) co_return false;
  const bool begun = co_await await_first_byte();
  idle_ = false;
  if (!begun) co_return false;
  if (!is_awaited_) wait_for_peer();

  wire_.expires_after(patience(settings_.request_deadline));
  Parser parser;
  const ErrorCode error = co_await read_request(parser);
  if (error) {
    co_await refuse(error);
    co_return false;
  }
  wire_.expires_never();
  is_awaited_ = false;
  Request request = to_request(parser.get());
  Response response = co_await ask_handler(std::move(request));
  wait_for_peer();
  const bool more = co_await deliver(std::move(response), parser);
  is_awaited_ = false;
  served_ = true;
  co_return more;
}

async::Task<bool> Session::await_first_byte() {
  if (buffer_.size() > 0) co_return true;  // it came with the request before
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  auto space = buffer_.prepare(4096);
  const std::size_t size = co_await wire_.async_read_some(space, token);
  buffer_.commit(size);
  co_return !error;
}

async::Task<ErrorCode> Session::read_request(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(settings_.header_bytes));
  parser.body_limit(settings_.body_bytes);
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await beast_http::async_read_header(wire_, buffer_, parser, token);
  if (error) co_return error;
  if (!is_coding_known(parser.get())) {
    error = beast_http::error::bad_transfer_encoding;
    co_return error;
  }
  const auto expect = parser.get()[beast_http::field::expect];
  if (boost::beast::iequals(expect, "100-continue")) {
    Reply go_on(beast_http::status::continue_, 11);
    error = co_await write(std::move(go_on));
    if (error) co_return error;
  }
  co_await beast_http::async_read(wire_, buffer_, parser, token);
  co_return error;
}

async::Task<Response> Session::ask_handler(Request request) {
  try {
    Response response = co_await handler_(std::move(request));
    co_return response;
  } catch (const Bug&) {
    throw;
  } catch (const std::exception&) {
    // What went wrong is the handler's to log: the peer learns nothing of our insides.
  }
  const Refusal failed{500, "internal error"};
  co_return word(settings_, failed);
}

async::Task<bool> Session::deliver(Response response, const Parser& parser) {
  switch (response.delivery) {
    case Delivery::answer:
      break;
    case Delivery::stall:
      co_await stall();
      co_return false;
    case Delivery::reset:
      wire_.reset();
      co_return false;
    case Delivery::hang_up:
      wire_.close();
      co_return false;
  }
  const bool more = parser.get().keep_alive() && !last_;
  Reply reply = to_reply(std::move(response));
  reply.keep_alive(more);
  // The length stays: a HEAD asks what a GET would have brought.
  if (parser.get().method() == beast_http::verb::head) reply.body().clear();
  wire_.expires_after(patience(settings_.request_deadline));
  const ErrorCode error = co_await write(std::move(reply));
  if (error) co_return false;
  if (!more) {
    co_await wire_.close_in_order();
  }
  co_return more;
}

async::Task<void> Session::refuse(ErrorCode why) {
  const std::optional<Refusal> refusal = refusal_of(wire_, why);
  if (!refusal) co_return;
  Reply reply = to_reply(word(settings_, *refusal));
  reply.keep_alive(false);
  wire_.expires_after(patience(settings_.request_deadline));
  const ErrorCode error = co_await write(std::move(reply));
  if (!error) {
    co_await wire_.close_in_order();
  }
}

async::Task<void> Session::stall() {
  wire_.expires_never();
  is_awaited_ = false;  // it is the peer who waits
  ErrorCode error;
  std::array<char, 4096> discarded{};
  auto token = asio::redirect_error(asio::use_awaitable, error);
  auto space = asio::buffer(discarded);
  while (!error) {
    co_await wire_.async_read_some(space, token);
  }
}

async::Task<ErrorCode> Session::write(Reply reply) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await beast_http::async_write(wire_, reply, token);
  co_return error;
}

}  // namespace recycled::http
