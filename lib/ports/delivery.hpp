// Events on their way to the merchant's systems: what one says, how it stands with each receiver,
// and the port behind which a receiver is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/id.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "ports/subject.hpp"

namespace recycled::ports {

// Where events go: the receiver behind a URL, a file that grows by a line an event.
enum class Sink { webhook, jsonl };
std::string_view to_text(Sink sink);
std::optional<Sink> parse_sink(std::string_view text);

enum class DeliveryState {
  waiting,    // tried when due, or once the earlier events of its subject are through
  delivered,  // the receiver has said so
  dead,       // given up: a person may replay it
};
std::string_view to_text(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

// A row of the outbox with what its receiver needs to act.
struct OutboundEvent {
  OutboxKey key;
  Instant at{};
  std::string type;  // "subscription.recovered", …
  Subject subject;
  std::optional<RecoveryKey> recovery;
  SubscriptionId subscription;     // of a sale: of its recurring product, if it has one
  SaleId sale;                     // empty: it is about the subscription
  OrderId order;                   // ours
  ProviderOrderId provider_order;  // where it is known
  std::optional<int> cycle;        // the one that was handed over
  std::optional<Money> amount;
  GatewayId gateway;  // gone back to
  std::optional<CivilDate> next_bill_on;
  std::string rebill_with;  // billing::to_text(RebillWith): N3
  std::string reason;
  bool refund_due = false;  // charged although the customer had left

  bool operator==(const OutboundEvent&) const = default;
};

// How one event stands with one sink.
struct Delivery {
  OutboxKey event;
  Sink sink = Sink::webhook;
  std::string subject;  // whose events keep their order
  DeliveryState state = DeliveryState::waiting;
  int tries = 0;                   // since it was queued, or replayed
  Instant queued_at{};             // likewise: giving up counts from here
  std::optional<Instant> next_at;  // nothing while an earlier one of its subject waits
  std::optional<Instant> delivered_at;
  std::string error;  // of the last try

  bool operator==(const Delivery&) const = default;
};

struct DueDelivery {
  Delivery delivery;
  OutboundEvent event;
};

struct StoredEvent {
  OutboundEvent event;
  std::vector<Delivery> deliveries;  // none: no sink has been there for it yet
};

// What became of one try.
struct SinkReply {
  enum class Result { taken, not_taken };
  Result result = Result::not_taken;
  std::string why;                    // of not_taken: "HTTP 503", "connection refused"
  std::optional<Millis> retry_after;  // as the receiver asks
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  // One try. `id` names the event to the receiver and is the same at every try: what was taken
  // before is recognised by it.
  virtual async::Task<SinkReply> deliver(std::string id, OutboundEvent event) = 0;
};

}  // namespace recycled::ports
