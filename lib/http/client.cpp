#include "http/client.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "base/failpoint.hpp"
#include "crypto/secret.hpp"
#include "http/connector.hpp"
#include "http/tls.hpp"

namespace recycled::http {
namespace {

namespace beast_http = boost::beast::http;
using Message = beast_http::request<beast_http::string_body>;
using Parser = beast_http::response_parser<beast_http::string_body>;

// A line break in what becomes a request line or a header would begin another header.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_clean(const Request& request) {
  const bool headers_clean = std::ranges::all_of(request.headers, [](const auto& header) {
    return is_one_line(header.first) && is_one_line(header.second);
  });
  return headers_clean && is_one_line(request.method) && is_one_line(request.target);
}

Message to_message(Request request, const BaseUrl& base) {
  Message message;
  message.version(11);
  message.method_string(request.method);
  message.target(base.path + request.target);
  message.set(beast_http::field::host, base.authority);
  message.set(beast_http::field::user_agent, "recycled");
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.body() = std::move(request.body);
  message.prepare_payload();
  return message;
}

Response to_response(beast_http::response<beast_http::string_body>& message) {
  Response response;
  response.status = static_cast<int>(message.result_int());
  for (const auto& field : message) {
    response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  response.body = std::move(message.body());
  return response;
}

tl::unexpected<TransportFailure> failed(Reached reached, std::string why) {
  return tl::unexpected(TransportFailure{reached, std::move(why)});
}

// 100, 103 and their like announce the answer and are none (RFC 9110 section 15.2).
bool is_interim(const Parser& parser) {
  return parser.get().result_int() >= 100 && parser.get().result_int() < 200;
}

}  // namespace

class Client::Impl {
 public:
  Impl(asio::any_io_executor executor, ClientSettings settings, BaseUrl base,
       std::optional<asio::ssl::context> tls)
      : executor_(executor),
        settings_(std::move(settings)),
        base_(base),
        connector_(executor, std::move(base), std::move(tls)) {}

  async::Task<Exchange> exchange(Request request);

 private:
  std::unique_ptr<Wire> take_idle();
  void keep(std::unique_ptr<Wire> wire);
  async::Task<Connected> obtain(Deadline deadline);
  async::Task<Exchange> talk(std::unique_ptr<Wire> wire, Message message);

  asio::any_io_executor executor_;
  ClientSettings settings_;
  BaseUrl base_;
  Connector connector_;
  std::deque<std::unique_ptr<Wire>> idle_;  // the newest last
};

// The newest first: it is the least likely to have been closed meanwhile, and the pool shrinks
// from its old end when the load falls.
std::unique_ptr<Wire> Client::Impl::take_idle() {
  while (!idle_.empty()) {
    std::unique_ptr<Wire> wire = std::move(idle_.back());
    idle_.pop_back();
    if (wire->is_quiet()) return wire;
  }
  return nullptr;
}

void Client::Impl::keep(std::unique_ptr<Wire> wire) {
  if (settings_.idle_connections <= 0) return;
  // The oldest was closed first, if any was. To ask each would be a system call for each, each
  // time.
  while (!idle_.empty() && !idle_.front()->is_quiet()) idle_.pop_front();
  const auto room = static_cast<std::size_t>(settings_.idle_connections);
  if (idle_.size() >= room) idle_.pop_front();
  wire->expires_after(settings_.idle_timeout);
  idle_.push_back(std::move(wire));
}

async::Task<Connected> Client::Impl::obtain(Deadline deadline) {
  std::unique_ptr<Wire> wire = take_idle();
  if (wire) co_return wire;
  const Deadline connected_by =
      std::min(deadline, deadline_in(executor_, settings_.connect_timeout));
  Connected connected = co_await connector_.connect(connected_by);
  co_return connected;
}

async::Task<Exchange> Client::Impl::exchange(Request request) {
  if (!is_clean(request)) {
    co_return failed(Reached::certainly_not, "the request has a line break in its header");
  }
  Message message = to_message(std::move(request), base_);
  const Deadline deadline = deadline_in(executor_, settings_.request_timeout);
  Connected connected = co_await obtain(deadline);
  if (!connected) co_return failed(Reached::certainly_not, std::move(connected.error()));
  std::unique_ptr<Wire> wire = std::move(*connected);
  wire->expires_at(deadline);
  Exchange answered = co_await talk(std::move(wire), std::move(message));
  co_return answered;
}

async::Task<Exchange> Client::Impl::talk(std::unique_ptr<Wire> wire, Message message) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await beast_http::async_write(*wire, message, token);
  crypto::wipe(message.body());  // it may have held a card number
  if (error) co_return failed(Reached::perhaps, "send the request: " + wire->reason(error));
  may_die_at(Failpoint::request_written);

  boost::beast::flat_buffer buffer;
  std::optional<Parser> parser;
  do {
    parser.emplace();
    parser->body_limit(settings_.response_bytes);
    parser->skip(message.method() == beast_http::verb::head);
    co_await beast_http::async_read(*wire, buffer, *parser, token);
    if (error) co_return failed(Reached::perhaps, "read the response: " + wire->reason(error));
  } while (is_interim(*parser));
  may_die_at(Failpoint::answer_read);

  // Bytes after the answer belong to no request: what this peer says next cannot be trusted.
  if (parser->keep_alive() && buffer.size() == 0) keep(std::move(wire));
  co_return to_response(parser->get());
}

Result<std::unique_ptr<Client>> Client::make(asio::any_io_executor executor,
                                             ClientSettings settings) {
  auto base = parse_base_url(settings.base_url);
  if (!base) return tl::unexpected(base.error());
  std::optional<asio::ssl::context> tls;
  if (base->scheme == Scheme::https) {
    auto context = client_tls(settings.ca_file);
    if (!context) return tl::unexpected(context.error());
    tls.emplace(std::move(*context));
  }
  auto impl = std::make_unique<Impl>(std::move(executor), std::move(settings), std::move(*base),
                                     std::move(tls));
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Client::~Client() = default;

async::Task<Exchange> Client::exchange(Request request) {
  return impl_->exchange(std::move(request));
}

}  // namespace recycled::http
