// A server on a socket file: for programs of this machine, and only those the file's mode lets in.
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "fixture.hpp"
#include "unit/system/scratch.hpp"

using namespace recycled;
using namespace recycled::http;

namespace {

namespace fs = std::filesystem;

async::Task<Response> name_target(Request request) { co_return plain(200, request.target); }

async::Task<void> keep_reply(std::string file, std::string bytes,
                             std::shared_ptr<std::string> reply) {
  auto token = asio::use_awaitable;
  const auto executor = co_await asio::this_coro::executor;
  asio::local::stream_protocol::socket socket(executor);
  const asio::local::stream_protocol::endpoint peer(file);
  co_await socket.async_connect(peer, token);
  auto sent = asio::buffer(bytes);
  co_await asio::async_write(socket, sent, token);
  error_code end;
  auto quiet = asio::redirect_error(asio::use_awaitable, end);
  auto into = asio::dynamic_buffer(*reply);
  co_await asio::async_read(socket, into, quiet);
}

ServerSettings at(const fs::path& file) {
  ServerSettings settings;
  settings.listen = "unix:" + file.string();
  return settings;
}

std::string ask(Served& served, const fs::path& file) {
  const auto reply = std::make_shared<std::string>();
  const std::string request = "GET /by/a/file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  async::run_to_end(served.context, keep_reply(file.string(), request, reply));
  return *reply;
}

mode_t mode_of(const fs::path& file) {
  struct stat found {};
  REQUIRE(::stat(file.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

Fault refusal(const fs::path& file) {
  asio::io_context context;
  Server server(context.get_executor(), at(file), name_target);
  const auto started = server.start();
  REQUIRE_FALSE(started);
  CHECK(started.error().message.find(file.string()) != std::string::npos);
  return started.error().fault;
}

}  // namespace

TEST_CASE("a socket file serves its owner and group, and is gone after the stop") {
  const testing::Scratch folder;
  const fs::path file = folder / "api.sock";
  const mode_t usual = ::umask(0);
  {
    Served served(name_target, at(file));
    CHECK(served.server.address() == "unix:" + file.string());
    CHECK(mode_of(file) == 0660);
    const std::string reply = ask(served, file);
    CHECK(reply.starts_with("HTTP/1.1 200 OK"));
    CHECK(reply.ends_with("/by/a/file"));
  }
  CHECK_FALSE(fs::exists(file));
  ::umask(077);
  const Served narrow(name_target, at(file));
  CHECK(mode_of(file) == 0660);
  ::umask(usual);
}

TEST_CASE("what a dead process left at a socket file is taken over, and nothing else") {
  const testing::Scratch folder;
  const fs::path file = folder / "api.sock";
  {
    asio::io_context context;
    const asio::local::stream_protocol::acceptor dead(
        context, asio::local::stream_protocol::endpoint(file.string()));
  }
  REQUIRE(fs::is_socket(file));  // closed, and still there
  CHECK(try_listen("unix:" + file.string()));
  CHECK_FALSE(fs::exists(file));
  {
    Served served(name_target, at(file));
    CHECK(refusal(file) == Fault::busy);
    const auto tried = try_listen("unix:" + file.string());
    REQUIRE_FALSE(tried);
    CHECK(tried.error().fault == Fault::busy);
    CHECK(ask(served, file).starts_with("HTTP/1.1 200 OK"));  // it was left alone
  }
  std::ofstream(file) << "somebody's notes";
  CHECK(refusal(file) == Fault::busy);
  CHECK(fs::file_size(file) == 16);
}

TEST_CASE("a socket file's name is absolute and fits into an address") {
  CHECK(check_listen("unix:/run/recycled/api.sock"));
  for (const std::string& listen : {std::string("unix:"), std::string("unix:api.sock"),
                                    std::string("unix:/run/"), "unix:/" + std::string(107, 'x')}) {
    CAPTURE(listen);
    const auto checked = check_listen(listen);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().fault == Fault::invalid);
  }
  CHECK(check_listen("unix:/" + std::string(106, 'x')));
}

TEST_CASE("a server words its refusals as it was told to") {
  ServerSettings settings;
  settings.body_bytes = 10;
  settings.refusal = [](int status, std::string why) {
    return Response{status, {{"X-Why", std::move(why)}}, "mine", Delivery::answer};
  };
  Served served([](Request) -> async::Task<Response> { throw std::runtime_error("secret"); },
                settings);
  const std::string large =
      served.raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n" + std::string(11, 'x'));
  CHECK(large.starts_with("HTTP/1.1 413 "));
  CHECK(large.find("X-Why: the body is too large\r\n") != std::string::npos);
  CHECK(large.ends_with("mine"));
  const std::string failed = served.raw("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  CHECK(failed.starts_with("HTTP/1.1 500 "));
  CHECK(failed.ends_with("mine"));
  CHECK(failed.find("secret") == std::string::npos);
}
