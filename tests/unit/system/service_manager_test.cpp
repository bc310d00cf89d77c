// What a supervisor is told, read from a socket in its place.
#include "system/service_manager.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/system/scratch.hpp"

namespace recycled::system {
namespace {

class Supervisor {
 public:
  Supervisor() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const std::string path = (folder_ / "notify").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Supervisor() {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    ::close(socket_);
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  std::string heard() {  // the oldest message; empty: none
    std::array<char, 4096> buffer{};
    const auto length = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return length <= 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(length));
  }

 private:
  testing::Scratch folder_;
  const int socket_;
};

}  // namespace

TEST_CASE("each word reaches the supervisor as it understands it") {
  Supervisor supervisor;
  const ServiceManager manager;
  manager.extend(Millis(1'500));
  CHECK(supervisor.heard() == "EXTEND_TIMEOUT_USEC=1500000");
  manager.ready();
  CHECK(supervisor.heard() == "READY=1");
  manager.alive();
  CHECK(supervisor.heard() == "WATCHDOG=1");
  manager.reloading();
  CHECK(supervisor.heard() == "RELOADING=1");
  manager.status("at work\nMAINPID=1");
  CHECK(supervisor.heard() == "STATUS=at work MAINPID=1");
  manager.stopping();
  CHECK(supervisor.heard() == "STOPPING=1");
  CHECK(supervisor.heard().empty());
}

TEST_CASE("the supervisor's patience is that with this process") {
  Supervisor supervisor;
  const ServiceManager manager;
  CHECK(manager.patience() == std::nullopt);
  ::setenv("WATCHDOG_USEC", "180000000", 1);
  CHECK(manager.patience() == Millis(180'000));
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  CHECK(manager.patience() == Millis(180'000));
  ::setenv("WATCHDOG_PID", std::to_string(::getppid()).c_str(), 1);
  CHECK(manager.patience() == std::nullopt);
}

TEST_CASE("without a supervisor, or with one that is gone, telling does nothing") {
  const ServiceManager manager;
  CHECK(manager.patience() == std::nullopt);
  manager.ready();
  ::setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
  manager.ready();
  ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("a status is cut between characters") {
  CHECK(status_line("") == "");
  CHECK(status_line(std::string(1000, 'x')).size() == 1000);
  CHECK(status_line(std::string(999, 'x') + "é") == std::string(999, 'x'));
  CHECK(status_line(std::string(998, 'x') + "éé") == std::string(998, 'x') + "é");
}

}  // namespace recycled::system
