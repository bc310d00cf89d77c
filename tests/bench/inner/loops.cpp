#include "inner/loops.hpp"

#include <memory>

#include "base/ensure.hpp"
#include "billing/decide.hpp"
#include "crypto/guid.hpp"
#include "engine/apply.hpp"
#include "engine/process_callback.hpp"
#include "flexfactor/callback.hpp"
#include "flexfactor/codec.hpp"
#include "flexfactor/signature.hpp"
#include "inner/world.hpp"
#include "ports/events.hpp"
#include "telemetry/line.hpp"

namespace recycled::bench {
namespace {

constexpr int pure_items = 200;
constexpr int ledger_items = 512;
constexpr int group = 32;  // answers and callbacks in one transaction, as 64 connections bring them

const OrderId ours("23b9a227-169e-8a66-9e75-0c899bdeddd4");
const std::string reply_body =
    R"({"orderSessionKey":"5f1c7a00-0000-4000-8000-000000000001","orderId":)"
    R"("5f1c7a00-0000-4000-8000-000000000001","senseKey":"5d1f7c1e-0f6d-4b0e-9a53-0c1f6a2b7d10",)"
    R"("success":true,"result":null,"status":"SUBMITTED","statusCode":null,"errors":[],)"
    R"("customProperties":{}})";
const std::string callback_body =
    R"({"Event":"order.completed","TimeStamp":"2026-11-23T16:59:00Z","EventData":null,)"
    R"("ExternalOrderId":"23b9a227-169e-8a66-9e75-0c899bdeddd4",)"
    R"("OrderId":"5f1c7a00-0000-4000-8000-000000000001","ConfirmationId":"BENCH1",)"
    R"("IsTestMode":true,"IsResent":false})";

// One that keeps nothing between its items.
template <class Work>
Loop pure(const std::string& name, Work work) {
  return {name, pure_items, [] {},
          [work] {
            for (int i = 0; i < pure_items; ++i) work();
          }};
}

Loop compose() {
  ports::HandOverRequest request;
  request.order = ours;
  request.key = IdempotencyKey("3f00b446-53e4-8789-afc7-46f0f5fa2901");
  request.subscription = declined(42);
  request.amount = request.subscription.price;
  request.expires_at = noon() + std::chrono::days(21);
  return pure("compose", [request, to = account()] {
    ensure(flexfactor::compose(to, request).has_value(), "a whole request can be composed");
  });
}

Loop decode_reply() {
  return pure("decode_reply", [] {
    const auto reply = flexfactor::decode_evaluate({200, reply_body, std::nullopt}, ours);
    ensure(std::holds_alternative<billing::outcome::Pending>(reply.outcome), "it is taken over");
  });
}

Loop decode_callback() {
  return pure("decode_callback", [] {
    ensure(flexfactor::parse_callback(callback_body).has_value(), "a callback can be read");
  });
}

Loop verify_signature() {
  flexfactor::CallbackTrust trust;
  trust.keys = {{crypto::Secret("recycled benchmark signing key"), "key", {}, {}}};
  trust.public_host = "billing.example.com";
  auto headers = flexfactor::sign(trust.keys.front().secret, "nonce-1", noon(), trust.public_host,
                                  callback_body);
  headers.emplace_back("Host", trust.public_host);
  return pure("verify_signature", [trust, headers] {
    const auto verdict = flexfactor::verify(headers, callback_body, trust, noon());
    ensure(std::holds_alternative<flexfactor::Verified>(verdict), "the signature holds");
  });
}

Loop decide(const std::shared_ptr<World>& world) {
  billing::Recovery recovery;
  recovery.order = ours;
  recovery.cycle = 5;
  recovery.provider_gateway = GatewayId("ff");
  recovery.return_gateway = GatewayId("bank");
  recovery.claimed_at = noon();
  recovery.expires_at = noon() + std::chrono::days(21);
  recovery.step = billing::Step::send;
  recovery.next_at = noon();
  billing::Situation situation;
  situation.now = noon();
  return pure("decide", [world, recovery, situation] {
    const billing::Answered answered{billing::outcome::Pending{}, 1, ProviderOrderId("ff-1")};
    const auto taken = billing::decide(recovery, answered, world->desk().rules(), situation);
    const billing::Learned learned{billing::News::completed, billing::Source::callback,
                                   std::nullopt, std::nullopt};
    const auto done = billing::decide(taken.recovery, learned, world->desk().rules(), situation);
    ensure(done.move == billing::Move::next_cycle, "what was charged goes to its next cycle");
  });
}

Loop log_line() {
  ports::Event event(ports::EventName::recovery_claimed);
  event.recovery = "4711";
  event.subscription = "sub_000000000042";
  event.order = ours.str();
  event.gateway = "flexfactor";
  event.reattempt = 4;
  event.amount = declined(42).price;
  return pure("log_line", [event, redactor = telemetry::Redactor(), run = RunId("b0e7e73fd82d")] {
    ensure(!telemetry::json_line(event, run, noon(), redactor).empty(), "a line says something");
  });
}

Loop claim(const std::shared_ptr<World>& world) {
  return {"claim", ledger_items, [world] { world->add_due(ledger_items); },
          [world] { world->scan(); }};
}

// In transactions of `group`.
template <class Work>
void in_groups(World& world, const std::vector<ports::StoredRecovery>& recoveries, Work work) {
  for (std::size_t at = 0; at < recoveries.size(); at += group) {
    world.write([&](ports::LedgerTx& tx) {
      for (std::size_t i = at; i < std::min(at + group, recoveries.size()); ++i) {
        work(tx, recoveries[i]);
      }
    });
  }
}

using Claimed = std::shared_ptr<std::vector<ports::StoredRecovery>>;

void claim_anew(World& world, const Claimed& claimed) {
  world.newly_claimed();  // of another loop
  world.add_due(ledger_items);
  world.scan();
  *claimed = world.newly_claimed();
  ensure(claimed->size() == ledger_items, "a scan claims what is due");
}

void answer(World& world, ports::LedgerTx& tx, const ports::StoredRecovery& one) {
  ports::Attempt attempt;
  attempt.recovery = one.key;
  attempt.step = billing::Step::send;
  attempt.started_at = noon();
  attempt.outcome = "pending";
  tx.add_attempt(attempt);
  const billing::Answered answered{billing::outcome::Pending{}, 1,
                                   ProviderOrderId("ff-" + std::to_string(one.key.value()))};
  engine::apply(tx, one.key, answered, world.desk(), world.moment());
}

Loop apply_answer(const std::shared_ptr<World>& world) {
  const Claimed claimed = std::make_shared<std::vector<ports::StoredRecovery>>();
  return {"apply_answer", ledger_items, [world, claimed] { claim_anew(*world, claimed); },
          [world, claimed] {
            in_groups(*world, *claimed, [&](ports::LedgerTx& tx, const ports::StoredRecovery& one) {
              answer(*world, tx, one);
            });
          }};
}

// What the inbox does with one in its transaction.
void take(World& world, ports::LedgerTx& tx, const ports::StoredRecovery& one) {
  ports::StoredCallback callback;
  callback.received_at = noon();
  callback.nonce = crypto::derive_guid({"bench", one.recovery.order.str()});
  callback.event = "order.completed";
  callback.order = one.recovery.order;
  callback.headers = std::string(420, 'h');
  callback.body = callback_body;
  callback.signers = {GatewayId("ff")};
  ports::CallbackContent content;
  content.event = callback.event;
  content.news = billing::News::completed;
  content.order = callback.order;
  content.happened_at = noon();
  ensure(tx.remember_nonce(callback.nonce, noon()), "a nonce is used once");
  const auto applied =
      engine::process_callback(tx, callback, content, world.desk(), world.moment());
  ensure(applied && applied->move == billing::Move::next_cycle, "it was charged");
  tx.add_callback(callback);
}

Loop apply_callback(const std::shared_ptr<World>& world) {
  const Claimed claimed = std::make_shared<std::vector<ports::StoredRecovery>>();
  return {"apply_callback", ledger_items,
          [world, claimed] {
            claim_anew(*world, claimed);
            world->hand_over(*claimed);
          },
          [world, claimed] {
            in_groups(*world, *claimed, [&](ports::LedgerTx& tx, const ports::StoredRecovery& one) {
              take(*world, tx, one);
            });
          }};
}

}  // namespace

std::vector<Loop> loops() {
  const auto world = std::make_shared<World>();
  return {compose(),  decode_reply(), decode_callback(),   verify_signature(),   decide(world),
          log_line(), claim(world),   apply_answer(world), apply_callback(world)};
}

}  // namespace recycled::bench
