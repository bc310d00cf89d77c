// Where a server listens: a TCP address, or a socket file of this machine. Of this room's own.
#pragma once

#include <filesystem>
#include <string>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "base/result.hpp"
#include "http/wire.hpp"

namespace recycled::http {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

struct Place {
  asio::generic::stream_protocol::endpoint endpoint;
  std::filesystem::path file;  // of a socket file; empty: TCP
};

// Fault::invalid, as of Server::start: what is wrong with a listen address.
Result<Place> parse_place(const std::string& listen);

// Opens, binds and listens. A socket file that a dead process left is replaced; one that somebody
// listens at is "address in use". It is open to its owner and group (mode 0660) and never to more.
ErrorCode listen_at(Acceptor& acceptor, const Place& place);

// Closes, and removes the socket file.
void close_listening(Acceptor& acceptor, const Place& place);

// "127.0.0.1:43211", with the port really taken, or "unix:/path"; of an acceptor that listens.
std::string address_of(const Acceptor& acceptor, const Place& place);

}  // namespace recycled::http
