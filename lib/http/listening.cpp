#include "http/listening.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace recycled::http {
namespace {

namespace fs = std::filesystem;

using asio::generic::stream_protocol;

constexpr std::string_view file_scheme = "unix:";
constexpr std::size_t longest_file = sizeof(sockaddr_un::sun_path) - 1;
constexpr mode_t for_owner_and_group = 0660;

Result<Place> parse_file(const std::string& listen) {
  const std::string path = listen.substr(file_scheme.size());
  const bool usable = path.starts_with('/') && !path.ends_with('/') && path.size() <= longest_file;
  if (usable) return Place{asio::local::stream_protocol::endpoint(path), path};
  return fail(Fault::invalid, "listen address '" + listen + "' is not unix:/path of at most " +
                                  std::to_string(longest_file) + " bytes");
}

// Nobody listens there any more, and nothing else is there but a socket.
bool is_left_over(const fs::path& file) {
  std::error_code none;
  if (!fs::is_socket(file, none)) return false;
  asio::io_context io;
  asio::local::stream_protocol::socket peer(io);
  ErrorCode error;
  peer.open(asio::local::stream_protocol(), error);
  if (!error) peer.non_blocking(true, error);  // somebody whose queue is full would hold us up
  if (!error) peer.connect(asio::local::stream_protocol::endpoint(file.string()), error);
  return error == asio::error::connection_refused;
}

ErrorCode last_error() { return {errno, boost::system::system_category()}; }

ErrorCode bind_port(Acceptor& acceptor, const Place& place) {
  ErrorCode error;
  // A restarted service takes its port back while old connections still time out.
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(place.endpoint, error);
  return error;
}

ErrorCode bind_file(Acceptor& acceptor, const Place& place) {
  std::error_code none;  // bind says what is wrong with the path
  if (is_left_over(place.file)) fs::remove(place.file, none);
  // The file gets the socket's mode less the umask: it is never open to more, not for a moment.
  if (::fchmod(acceptor.native_handle(), for_owner_and_group) != 0) return last_error();
  ErrorCode error;
  acceptor.bind(place.endpoint, error);
  if (error) return error;
  if (::chmod(place.file.c_str(), for_owner_and_group) == 0) return {};
  error = last_error();
  fs::remove(place.file, none);
  return error;
}

}  // namespace

Result<Place> parse_place(const std::string& listen) {
  if (listen.starts_with(file_scheme)) return parse_file(listen);
  const std::size_t colon = listen.rfind(':');
  const Failure refusal =
      fail(Fault::invalid, "listen address '" + listen + "' is not address:port or [address]:port");
  if (colon == std::string::npos) return refusal;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  ErrorCode error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [stop, fault] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error || fault != std::errc() || stop != end) return refusal;
  return Place{tcp::endpoint(address, port), {}};
}

ErrorCode listen_at(Acceptor& acceptor, const Place& place) {
  ErrorCode error;
  acceptor.open(place.endpoint.protocol(), error);
  if (error) return error;
  error = place.file.empty() ? bind_port(acceptor, place) : bind_file(acceptor, place);
  if (error) {
    acceptor.close();  // the file, if there is one, is somebody else's
    return error;
  }
  acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) close_listening(acceptor, place);
  return error;
}

void close_listening(Acceptor& acceptor, const Place& place) {
  // In this order: once closed, the next service may have made the file its own.
  std::error_code none;
  if (acceptor.is_open() && !place.file.empty()) fs::remove(place.file, none);
  ErrorCode ignored;
  acceptor.close(ignored);
}

std::string address_of(const Acceptor& acceptor, const Place& place) {
  if (!place.file.empty()) return std::string(file_scheme) + place.file.string();
  const stream_protocol::endpoint taken = acceptor.local_endpoint();
  tcp::endpoint endpoint;
  endpoint.resize(taken.size());
  std::memcpy(endpoint.data(), taken.data(), taken.size());
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

}  // namespace recycled::http
