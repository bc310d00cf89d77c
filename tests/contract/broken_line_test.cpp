// A hand-over whose connection is killed before, during and after its request was read, over real
// sockets; and what the same bytes bring afterwards.
#include <doctest/doctest.h>

#include "http/client.hpp"
#include "stages.hpp"
#include "unit/http/fixture.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::contract;
namespace outcome = billing::outcome;

namespace {

// Evaluate takes the broken way while there is one; everything else, the token too, the other.
class Detour final : public http::Transport {
 public:
  explicit Detour(http::Transport& healthy) : healthy_(healthy) {}

  async::Task<http::Exchange> exchange(http::Request request) override {
    const bool broken_way = broken != nullptr && request.target == "evaluate";
    http::Transport& way = broken_way ? *broken : healthy_;
    auto exchanged = co_await way.exchange(std::move(request));
    co_return exchanged;
  }

  http::Transport* broken = nullptr;

 private:
  http::Transport& healthy_;
};

Situation quiet_account() {
  Situation situation;
  situation.behaviour.signing_key = crypto::Secret("signing key");
  return situation;
}

struct Line {
  Line() { body = *client.compose(request()); }

  static ports::HandOverRequest request() {
    ports::HandOverRequest made;
    made.order = OrderId("order-1");
    made.key = IdempotencyKey("key-1");
    made.amount = {8995, Currency()};
    made.expires_at = *parse_instant("2026-12-14T09:00:00Z");
    made.subscription.id = SubscriptionId("sub-1");
    made.subscription.gateway = GatewayId("nmi");
    made.subscription.price = made.amount;
    made.subscription.card.token = "pending-1";
    made.subscription.declined = billing::Declined();
    made.subscription.declined->code = "51";
    return made;
  }

  billing::Outcome hand_over() {
    std::optional<ports::HandOverReply> reply;
    async::run_to_end(context, keep(client, body, reply));
    return reply->outcome;
  }
  static async::Task<void> keep(Client& client, std::string body,
                                std::optional<ports::HandOverReply>& reply) {
    OrderId order = request().order;
    auto got = co_await client.hand_over(std::move(order), std::move(body));
    reply = std::move(got);
  }

  // Against a peer that answers the request's header with `replies` and then closes.
  billing::Outcome hand_over_to(std::vector<std::string> replies) {
    http::ScriptedPeer peer(context, std::move(replies));
    return hand_over_at(peer.address());
  }
  billing::Outcome hand_over_at(const std::string& address) {
    http::ClientSettings settings;
    settings.base_url = "http://" + address + "/v1/";
    settings.request_timeout = std::chrono::seconds(5);
    settings.response_bytes = 64 * 1024;
    const auto broken = *http::Client::make(context.get_executor(), std::move(settings));
    detour.broken = broken.get();
    auto result = hand_over();
    detour.broken = nullptr;
    return result;
  }

  boost::asio::io_context context;
  Clock clock;
  Silent events;
  std::unique_ptr<Stage> stage = over_http(context, clock, quiet_account());
  Detour detour{stage->transport()};
  Client client{
      detour, clock, events,
      Account{
          GatewayId("ff"), "mid", "site", crypto::Secret("key"), crypto::Secret("secret"), "", {}}};
  std::string body;
};

std::string answer(const std::string& headers, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n" + body;
}

std::string of_length(std::size_t length) { return "Content-Length: " + std::to_string(length); }

const std::string approved = R"({"orderId":"t","orderSessionKey":"t","status":"APPROVED"})";

}  // namespace

TEST_CASE("L3: killed before a connection was there, the hand-over certainly did not arrive") {
  Line line;
  std::string nobody;
  {
    http::ScriptedPeer gone(line.context, {});
    nobody = gone.address();
  }
  CHECK(in_words(line.hand_over_at(nobody)) == "not_sent");
  CHECK(in_words(line.hand_over()) == "pending");
}

TEST_CASE(
    "L3: killed before, during or after its reading, it is unknown, and the same bytes tell") {
  struct Kill {
    const char* when;
    std::vector<std::string> replies;
  };
  const Kill kills[] = {
      {"accepted, and nothing read", {}},
      {"its header was read", {""}},
      {"in the middle of the status line", {"HTTP/1.1 20"}},
      {"after the header of the answer", {answer(of_length(approved.size()), "")}},
      {"in the middle of the answer",
       {answer(of_length(approved.size()), approved.substr(0, approved.size() - 2))}},
      {"in the middle of a chunk",
       {answer("Transfer-Encoding: chunked", "40\r\n" + approved.substr(0, 20))}},
      {"an announcement and no answer", {"HTTP/1.1 100 Continue\r\n\r\n"}},
  };
  for (const Kill& kill : kills) {
    CAPTURE(kill.when);
    Line line;
    CHECK(in_words(line.hand_over_to(kill.replies)) == "unknown");
    CHECK(in_words(line.hand_over()) == "pending");
    CHECK(in_words(line.hand_over()) == "pending");  // the answer to the key, not another order
  }
}

TEST_CASE("L3: killed while it is still being sent, it is unknown") {
  Line line;
  line.body += std::string(std::size_t{16} * 1024 * 1024, ' ');  // more than sockets hold
  CHECK(in_words(line.hand_over_to({""})) == "unknown");
}

TEST_CASE("L3: an answer that is too large, or is no HTTP, is unknown") {
  Line line;
  const std::string large = approved + std::string(std::size_t{65} * 1024, ' ');
  CHECK(in_words(line.hand_over_to({answer(of_length(large.size()), large)})) == "unknown");
  CHECK(in_words(line.hand_over_to({"SSH-2.0-OpenSSH_9.2\r\n\r\n"})) == "unknown");
  CHECK(in_words(line.hand_over_to({answer("Content-Length: -1", "")})) == "unknown");
}

TEST_CASE("contract: what the answer says of its own type changes nothing") {
  for (const char* type : {"text/html", "application/problem+json", "image/png", ""}) {
    CAPTURE(type);
    const std::string headers = "Content-Type: " + std::string(type) + "\r\n";
    Line line;
    CHECK(in_words(line.hand_over_to({answer(headers + of_length(approved.size()), approved)})) ==
          "approved");
    const std::string page = "<html>Welcome</html>";
    CHECK(in_words(line.hand_over_to({answer(headers + of_length(page.size()), page)})) ==
          "unknown");
  }
}

TEST_CASE("contract: an announcement before the answer is not the answer") {
  Line line;
  CHECK(in_words(line.hand_over_to({"HTTP/1.1 103 Early Hints\r\n\r\n" +
                                    answer(of_length(approved.size()), approved)})) == "approved");
}
