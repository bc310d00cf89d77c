// App keys that are renewed while the client is in use (SIGHUP).
#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>

#include "async/spawn.hpp"
#include "fixtures.hpp"
#include "flexfactor/client.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using flexfactor::test::FakeClock;
using flexfactor::test::Recorder;
using flexfactor::test::sample_account;

namespace {

// Gives tokens, and accepts them until it is told to revoke those given so far.
struct Door final : http::Transport {
  async::Task<http::Exchange> exchange(http::Request request) override {
    http::Response response;
    if (request.target == "oauth2/token") {
      token_requests.push_back(request.body);
      response.body = R"({"accessToken":"token-)" + std::to_string(token_requests.size()) +
                      R"(","expires":4102444800000})";
      co_return response;
    }
    const auto bearer = http::find_header(request.headers, "authorization").value_or("");
    response.status = bearer == revoked ? 401 : 200;
    response.body = R"({"id":"their-1","status":4})";
    co_return response;
  }
  std::vector<std::string> token_requests;
  std::string revoked;
};

async::Task<void> inquire(Client& client) {
  auto reply = co_await client.inquire(ProviderOrderId("their-1"));
  CHECK(reply.news == billing::News::still_open);
}

void ask(Client& client) {
  boost::asio::io_context io;
  async::run_to_end(io, inquire(client));
}

}  // namespace

TEST_CASE("renewed app keys are for the next token and the present one is used to its end") {
  FakeClock clock;
  Recorder events;
  Door door;
  Client client(door, clock, events, sample_account());
  ask(client);
  client.renew(crypto::Secret("new-key"), crypto::Secret("new-secret"));
  ask(client);
  REQUIRE(door.token_requests.size() == 1);
  CHECK(door.token_requests[0].find("app-key") != std::string::npos);

  door.revoked = "Bearer token-1";
  ask(client);
  REQUIRE(door.token_requests.size() == 2);
  CHECK(door.token_requests[1].find("new-key") != std::string::npos);
  CHECK(door.token_requests[1].find("new-secret") != std::string::npos);
}
