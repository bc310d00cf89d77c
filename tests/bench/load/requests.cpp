#include "load/requests.hpp"

#include <cstdint>
#include <optional>

#include "base/ensure.hpp"
#include "crypto/guid.hpp"
#include "flexfactor/json.hpp"

namespace recycled::bench {
namespace {

// The same numbers at each run.
class Dice {
 public:
  std::size_t below(std::size_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::size_t>(state_ % bound);
  }

 private:
  std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

struct Told {
  std::size_t order = 0;
  bool completed = true;
};

std::string body_of(const OpenOrder& order, const Told& told, Sort sort, Instant now) {
  flexfactor::Json body;
  body["Event"] = told.completed ? "order.completed" : "order.expired";
  body["TimeStamp"] = to_iso8601(now);
  // Nobody documents what stands in it; with this a body is as long as those of the alternatives.
  body["EventData"] = {{"network", told.completed ? "00" : "51"},
                       {"reason", told.completed ? "approved" : "insufficient_funds"},
                       {"acquirerReference", order.ours},
                       {"schemeTransactionId", order.theirs},
                       {"method", {{"brand", "visa"}, {"last4", "0042"}, {"expYear", 2029}}},
                       {"endpoint", "whe_0000004711"}};
  body["ExternalOrderId"] = order.ours;
  body["OrderId"] = order.theirs;
  body["ConfirmationId"] = "BENCH" + std::to_string(told.order);
  body["IsTestMode"] = true;
  body["IsResent"] = sort == Sort::repeated;
  return body.dump();
}

std::string post(const std::string& target, const http::Headers& headers, const std::string& body) {
  std::string text = "POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  text += "Content-Type: application/json\r\nContent-Length: ";
  return text + std::to_string(body.size()) + "\r\n\r\n" + body;
}

constexpr std::size_t nearest_repeat = 500;
constexpr std::size_t furthest_repeat = 2000;

}  // namespace

std::vector<Prepared> callbacks(const std::vector<OpenOrder>& orders, const CallbackMix& mix,
                                const crypto::Secret& key, const std::string& host, Instant now) {
  const crypto::Secret wrong_key(std::string(32, 'x'));
  // A small run repeats what is as near as its size allows.
  const std::size_t nearest = std::min(nearest_repeat, mix.count / 8);
  const std::size_t furthest = std::min(furthest_repeat, mix.count / 2);
  const std::size_t forge_each = mix.forged == 0 ? 1 : mix.count / mix.forged;
  ensure(forge_each > 0, "not more are forged than there are");
  Dice dice;
  std::vector<Told> history;
  std::vector<Prepared> made;
  std::size_t next_order = 0;
  std::size_t forged = 0;
  for (std::size_t i = 0; i < mix.count; ++i) {
    Prepared one;
    Told told;
    const bool is_forged = forged < mix.forged && i % forge_each == forge_each / 2;
    const bool repeats = !is_forged && history.size() > furthest &&
                         dice.below(100) < static_cast<std::size_t>(mix.repeats);
    if (is_forged) {
      ++forged;
      one.sort = Sort::forged;
      one.status = 401;
    } else if (repeats) {
      one.sort = Sort::repeated;
      told = history[history.size() - nearest - dice.below(furthest - nearest) - 1];
    } else {
      ensure(next_order < orders.size(), "there is an open order for each callback");
      told = {next_order++, dice.below(100) < 80};
    }
    if (!is_forged) history.push_back(told);
    const std::string body = body_of(orders[told.order], told, one.sort, now);
    const std::string nonce = crypto::derive_guid({"bench", std::to_string(i), to_iso8601(now)});
    one.bytes = post("/flexfactor/callbacks",
                     flexfactor::sign(is_forged ? wrong_key : key, nonce, now, host, body), body);
    made.push_back(std::move(one));
  }
  return made;
}

std::vector<Prepared> cascades(std::size_t count, const std::string& name,
                               const crypto::Secret& token) {
  const http::Headers headers{{"Authorization", "Bearer " + std::string(token.reveal())}};
  std::vector<Prepared> made;
  for (std::size_t i = 0; i < count; ++i) {
    flexfactor::Json order{{"order_id", name + "-" + std::to_string(i)},
                           {"gateway_id", "bank"},
                           {"status", "declined"},
                           {"amount", "49.95"},
                           {"currency", "USD"},
                           {"declined_at", "2026-01-05"},
                           {"decline_code", "51"},
                           {"decline_message", "Insufficient funds"},
                           {"decline_type", "soft"},
                           {"card_token", "tok-" + name + "-" + std::to_string(i)},
                           {"ip_address", "192.0.2.17"}};
    Prepared one;
    one.bytes = post("/v1/cascades", headers, order.dump());
    one.in_body = "\"approved\"";
    made.push_back(std::move(one));
  }
  return made;
}

}  // namespace recycled::bench
