// A line to a server that a test can cut: at the moment a client says COMMIT, before the server has
// heard it or after it has answered.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "unit/system/scratch.hpp"

namespace recycled::store {

enum class Cut { nowhere, before_commit, after_commit };

// Takes one connection after the other, at a socket of its own in a folder of its own.
class CutLine {
 public:
  explicit CutLine(const std::string& server_folder);
  ~CutLine();

  std::string folder() const { return (folder_ / "").string(); }
  // At the next COMMIT, once.
  void cut_at(Cut where) { where_ = where; }
  int cuts() const { return cuts_; }

 private:
  using Socket = boost::asio::local::stream_protocol::socket;

  void serve();
  void carry(Socket client);

  testing::Scratch folder_;
  std::string server_;
  boost::asio::io_context context_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::atomic<Cut> where_ = Cut::nowhere;
  std::atomic<int> cuts_ = 0;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace recycled::store
