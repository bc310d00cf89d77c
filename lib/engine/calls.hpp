// The calls at FlexFactor about one recovery, each with what it tells: the attempt's row, what it
// means, how the service was; and what came of it, kept and decided upon in one transaction.
#pragma once

#include <optional>
#include <string>

#include "engine/apply.hpp"
#include "engine/context.hpp"
#include "ports/provider.hpp"

namespace recycled::engine {

// A call that has ended.
struct Ended {
  ports::Attempt attempt;
  ports::Service service = ports::Service::answered;
  std::optional<Millis> retry_after;
  billing::Event event = billing::InquiryFailed{};
};

// The hand-over itself, with the stored bytes; a line in the log tells of it.
async::Task<Ended> hand_over(const Context& context, ports::Provider& provider,
                             ports::StoredRecovery stored, std::string body);

// How the order stands that FlexFactor knows by the id of its own.
async::Task<Ended> inquire(const Context& context, ports::Provider& provider,
                           ports::StoredRecovery stored);
// The same from what was found in their list: `reply` to what was asked then, and their id of it.
Ended concluded(const Context& context, const ports::StoredRecovery& stored,
                const ports::InquiryReply& reply, std::optional<ProviderOrderId> order,
                Instant asked_at);

// Takes it back: by their id, or where that never came, by ours.
async::Task<Ended> withdraw(const Context& context, ports::Provider& provider,
                            ports::StoredRecovery stored);

// Gives all of it back.
async::Task<Ended> refund(const Context& context, ports::Provider& provider,
                          ports::StoredRecovery stored);

// Whether the call was held by this process in the ledger; then it is let go of.
enum class Held { until_now, never };

// The attempt's row, and apply() of the event, in one transaction.
async::Task<Result<Applied>> keep(const Context& context, Ended ended, Held held);

}  // namespace recycled::engine
