#include "reception/callbacks.hpp"

#include <utility>

#include "base/failpoint.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/callback_mask.hpp"

namespace recycled {
namespace {

constexpr std::string_view callback_path = "/flexfactor/callbacks";

// The evidence that is kept with a callback: the headers its signature is made of.
std::string signature_headers(const http::Headers& headers) {
  std::string kept;
  for (const char* name : {"x-fc-nonce", "x-fc-date", "host", "x-fc-content-sha512",
                           "x-fc-authorization", "x-fc-signature"}) {
    if (const auto value = http::find_header(headers, name)) {
      kept += std::string(name) + ": " + *value + "\n";
    }
  }
  return kept;
}

http::Response plain(int status, std::string text) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/plain"}};
  response.body = std::move(text) + "\n";
  return response;
}

}  // namespace

Result<ports::CallbackContent> FlexFactorCallbacks::read(const std::string& body) const {
  auto parsed = flexfactor::parse_callback(body);
  if (!parsed) return Failure(parsed.error());
  ports::CallbackContent content;
  content.event = std::move(parsed->event);
  content.news = parsed->news;
  content.order = std::move(parsed->order);
  content.provider_order = std::move(parsed->provider_order);
  content.happened_at = parsed->happened_at;
  return content;
}

CallbackDoor::CallbackDoor(CallbackKeys keys, engine::Engine& engine, const ports::Clock& clock,
                           ports::Events& events)
    : keys_(std::move(keys)), engine_(engine), clock_(clock), events_(events) {}

http::Response CallbackDoor::refuse(int status, std::string reason) {
  ports::Event event(ports::EventName::callback_refused);
  event.reason = reason;
  refusals_.note(event);
  return plain(status, std::move(reason));
}

std::optional<std::string> CallbackDoor::objection(const flexfactor::Verified& verified,
                                                   const std::string& body) const {
  if (keys_.environments[verified.key] != config::Environment::live) return std::nullopt;
  const auto parsed = flexfactor::parse_callback(body);
  if (!parsed || !parsed->is_test) return std::nullopt;
  return "test_mode: a test event on a live installation";
}

async::Task<http::Response> CallbackDoor::answer(http::Request request) {
  if (request.target != callback_path) co_return plain(404, "not found");
  if (request.method != "POST") co_return plain(405, "POST only");
  const auto verdict = flexfactor::verify(request.headers, request.body, keys_.trust, clock_.now());
  if (const auto* refused = std::get_if<flexfactor::NotVerified>(&verdict)) {
    std::string reason = std::string(to_text(refused->fault)) + ": " + refused->detail;
    co_return refuse(401, std::move(reason));
  }
  const auto& verified = std::get<flexfactor::Verified>(verdict);
  auto objected = objection(verified, request.body);
  if (objected) co_return refuse(403, std::move(*objected));
  engine::SignedCallback callback;
  callback.nonce = verified.nonce;
  callback.headers = signature_headers(request.headers);
  callback.key = keys_.trust.keys[verified.key].name;
  callback.signers = keys_.signers[verified.key];
  callback.body = flexfactor::without_card_numbers(request.body);
  // X4 goes before evidence: what is stored is then not what was signed, and says so.
  if (callback.body != request.body) callback.headers += "recycled-masked: card number\n";
  may_die_at(Failpoint::callback_verified);
  auto receipt = co_await engine_.take(std::move(callback));
  if (!receipt) {
    ports::Event event(ports::EventName::store_failed);
    event.reason = receipt.error().message;
    events_.note(event);
    co_return plain(503, "not stored; send it again");
  }
  switch (*receipt) {
    case engine::Receipt::stored:
      may_die_at(Failpoint::callback_committed);
      break;
    case engine::Receipt::repeated_nonce:
      co_return refuse(409, "repeated_nonce: this nonce was used before");
  }
  co_return plain(keys_.success_code, "stored");
}

}  // namespace recycled
