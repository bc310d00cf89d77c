#include "system/signals.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

namespace recycled::system {
namespace {

// What becomes of a process in which `body` ran; 42 if it got to its end.
template <class Body>
int status_of(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    body();
    _exit(42);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

TEST_CASE("the first stop signal runs the hook once and ends the listening") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    boost::asio::io_context io;
    int stops = 0;
    const StopSignals signals(io.get_executor(), [&stops] { ++stops; });
    io.poll();
    CHECK(stops == 0);
    std::raise(signal);
    io.run();
    CHECK(stops == 1);
  }
}

TEST_CASE("the second stop signal leaves at once though nobody runs the executor") {
  const int status = status_of([] {
    boost::asio::io_context io;
    const StopSignals signals(io.get_executor(), [] {});
    std::raise(SIGTERM);
    io.run();
    std::raise(SIGINT);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("one stop signal alone does not end the process") {
  const int status = status_of([] {
    boost::asio::io_context io;
    const StopSignals signals(io.get_executor(), [] {});
    std::raise(SIGTERM);
    io.run();
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("after cancel the executor runs out and a signal means what it always did") {
  const int status = status_of([] {
    boost::asio::io_context io;
    StopSignals signals(io.get_executor(), [] {});
    signals.cancel();
    io.run();
    std::raise(SIGTERM);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("every SIGHUP runs the reload hook") {
  boost::asio::io_context io;
  int reloads = 0;
  StopSignals signals(
      io.get_executor(), [] {},
      [&] {
        if (++reloads == 1) {
          std::raise(SIGHUP);
        } else {
          signals.cancel();
        }
      });
  std::raise(SIGHUP);
  io.run();
  CHECK(reloads == 2);
}

TEST_CASE("a reader that went away does not end the process") {
  const int status = status_of([] {
    ignore_broken_pipes();
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    const char byte = 'x';
    REQUIRE(::write(ends[1], &byte, 1) == -1);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}

}  // namespace recycled::system
