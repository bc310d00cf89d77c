#include "unit/postgres/cut_line.hpp"

#include <array>
#include <utility>

#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace recycled::store {
namespace {

using Protocol = boost::asio::local::stream_protocol;

// How a Unix socket of PostgreSQL is called.
constexpr const char* socket_name = ".s.PGSQL.5432";

// As a statement of its own it ends there; READ COMMITTED does not.
const std::string commit{"COMMIT\0", 7};

enum class Side { client, server, neither };

Side next_to_speak(Protocol::socket& client, Protocol::socket& server) {
  std::array<pollfd, 2> both{pollfd{client.native_handle(), POLLIN, 0},
                             pollfd{server.native_handle(), POLLIN, 0}};
  if (::poll(both.data(), both.size(), -1) <= 0) return Side::neither;
  return both[0].revents != 0 ? Side::client : Side::server;
}

// Empty: it has hung up.
std::string heard(Protocol::socket& from) {
  std::array<char, 65536> bytes;
  boost::system::error_code error;
  const std::size_t size = from.read_some(boost::asio::buffer(bytes), error);
  return error ? std::string() : std::string(bytes.data(), size);
}

}  // namespace

CutLine::CutLine(const std::string& server_folder)
    : server_(server_folder + "/" + socket_name),
      acceptor_(context_, Protocol::endpoint((folder_ / socket_name).string())),
      thread_([this] { serve(); }) {}

CutLine::~CutLine() {
  ends_ = true;
  Socket last(context_);  // so that the line looks up
  boost::system::error_code ignored;
  last.connect(Protocol::endpoint((folder_ / socket_name).string()), ignored);
  thread_.join();
}

void CutLine::serve() {
  while (true) {
    Socket client(context_);
    acceptor_.accept(client);
    if (ends_) return;
    carry(std::move(client));
  }
}

void CutLine::carry(Socket client) {
  Socket server(context_);
  server.connect(Protocol::endpoint(server_));
  while (true) {
    const Side side = next_to_speak(client, server);
    if (side == Side::neither) return;
    const std::string bytes = heard(side == Side::client ? client : server);
    if (bytes.empty()) return;
    const bool commits = side == Side::client && bytes.find(commit) != std::string::npos;
    const Cut where = commits ? where_.exchange(Cut::nowhere) : Cut::nowhere;
    if (where != Cut::nowhere) ++cuts_;
    if (where == Cut::before_commit) return;
    boost::asio::write(side == Side::client ? server : client, boost::asio::buffer(bytes));
    if (where == Cut::after_commit) {
      heard(server);  // what it answers goes nowhere
      return;
    }
  }
}

}  // namespace recycled::store
