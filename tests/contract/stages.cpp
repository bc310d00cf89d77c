#include "stages.hpp"

#include <deque>
#include <map>

#include <doctest/doctest.h>

#include "http/client.hpp"
#include "http/server.hpp"

namespace recycled::flexfactor::contract {

namespace {

// The machine, and the fault that begins once a token has been fetched.
class Machine {
 public:
  Machine(const Clock& clock, Situation situation)
      : clock_(clock), sim_(std::move(situation.behaviour)), fault_(situation.fault) {}

  http::Response handle(const http::Request& request) {
    auto response = sim_.handle(request, clock_.at);
    if (fault_) sim_.set_fault(*fault_, 1000);
    return response;
  }
  void pass_until(Instant at) { sim_.advance(at); }
  void mend() {
    if (fault_) sim_.set_fault(*fault_, 0);
    fault_.reset();
  }
  // Through its own API, as anybody may who has a token.
  void refund(const ProviderOrderId& order) {
    const http::Request ask{"POST", "oauth2/token", {}, R"({"AppKey":"k","AppSecret":"s"})"};
    const auto token = parse_object(sim_.handle(ask, clock_.at).body);
    const http::Headers bearer = {{"Authorization", "Bearer " + text_at(*token, "accessToken")}};
    const http::Request give{"POST", "orders/" + order.str() + "/refund", bearer,
                             R"({"amountToRefund":89.95})"};
    REQUIRE(sim_.handle(give, clock_.at).status == 200);
  }

 private:
  const Clock& clock_;
  SimulatedFlexFactor sim_;
  std::optional<SimulatedFault> fault_;
};

class MachineStage : public Stage {
 public:
  MachineStage(const Clock& clock, Situation situation) : machine(clock, std::move(situation)) {}
  void pass_until(Instant at) override { machine.pass_until(at); }
  void refund(const ProviderOrderId& order) override { machine.refund(order); }
  void mend() override { machine.mend(); }

 protected:
  Machine machine;
};

// What is stalled or reset has perhaps been seen.
class Simulated final : public MachineStage, public http::Transport {
 public:
  using MachineStage::MachineStage;
  http::Transport& transport() override { return *this; }

  async::Task<http::Exchange> exchange(http::Request request) override {
    auto response = machine.handle(request);
    if (response.delivery != http::Delivery::answer) {
      co_return tl::unexpected(http::TransportFailure{http::Reached::perhaps, "reset"});
    }
    co_return response;
  }
};

class OverHttp final : public MachineStage {
 public:
  OverHttp(boost::asio::io_context& context, const Clock& clock, Situation situation)
      : MachineStage(clock, std::move(situation)),
        context_(context),
        server_(context.get_executor(), {},
                [this](http::Request request) { return answer(std::move(request)); }) {
    REQUIRE(server_.start().has_value());
    http::ClientSettings settings;
    settings.base_url = "http://" + server_.address() + "/v1/";
    client_ = *http::Client::make(context.get_executor(), std::move(settings));
  }
  ~OverHttp() override { async::run_to_end(context_, server_.stop(Millis(0))); }
  OverHttp(const OverHttp&) = delete;
  OverHttp& operator=(const OverHttp&) = delete;

  http::Transport& transport() override { return *client_; }

 private:
  async::Task<http::Response> answer(http::Request request) { co_return machine.handle(request); }

  boost::asio::io_context& context_;
  http::Server server_;
  std::unique_ptr<http::Client> client_;
};

class Replayed final : public Stage, public http::Transport {
 public:
  Replayed(const Clock& clock, Situation situation) : clock_(clock) {
    for (auto& reply : situation.recorded) {
      replies_[reply.endpoint].push_back(std::move(reply.response));
    }
  }
  http::Transport& transport() override { return *this; }

  async::Task<http::Exchange> exchange(http::Request request) override {
    const std::string endpoint = endpoint_of(request);
    if (endpoint == "POST oauth2/token") co_return token();
    auto& waiting = replies_[endpoint];
    http::Response response;
    response.status = 404;
    if (!waiting.empty()) {
      response = std::move(waiting.front());
      waiting.pop_front();
    }
    if (response.delivery != http::Delivery::answer) {
      co_return tl::unexpected(http::TransportFailure{http::Reached::perhaps, "reset"});
    }
    co_return response;
  }

 private:
  static std::string endpoint_of(const http::Request& request) {
    std::string target = request.target.substr(0, request.target.find('?'));
    const auto id = target.find('/');
    if (target.starts_with("orders/")) {
      const auto end = target.find('/', id + 1);
      target = "orders/{id}" + (end == std::string::npos ? "" : target.substr(end));
    }
    return request.method + " " + target;
  }
  http::Response token() const {
    http::Response response;
    const Instant ends = clock_.at + std::chrono::minutes(10);
    response.body = R"({"accessToken":"eyJhbGciOiJIUzI1NiJ9.e30.x","refreshToken":"r","expires":)" +
                    std::to_string(to_millis(ends)) +
                    R"(,"success":true,"result":null,"status":null,"statusCode":null,)"
                    R"("errors":[],"customProperties":{}})";
    return response;
  }

  const Clock& clock_;
  std::map<std::string, std::deque<http::Response>> replies_;
};

}  // namespace

std::unique_ptr<Stage> simulated(boost::asio::io_context&, const Clock& clock,
                                 Situation situation) {
  return std::make_unique<Simulated>(clock, std::move(situation));
}

std::unique_ptr<Stage> over_http(boost::asio::io_context& context, const Clock& clock,
                                 Situation situation) {
  return std::make_unique<OverHttp>(context, clock, std::move(situation));
}

std::unique_ptr<Stage> recorded(boost::asio::io_context&, const Clock& clock, Situation situation) {
  return std::make_unique<Replayed>(clock, std::move(situation));
}

}  // namespace recycled::flexfactor::contract
