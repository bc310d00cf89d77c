// Callbacks: stored raw, decided upon and only then answered. Source: flexfactor.md "Callbacks",
// lessons.md 11, 12, 14.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/context.hpp"
#include "engine/tally.hpp"
#include "ports/callback.hpp"

namespace recycled::engine {

// One whose signature held.
struct SignedCallback {
  std::string nonce;
  std::string headers;             // those of the signature, kept with the body as evidence
  std::string body;                // raw
  std::string key;                 // the name of the one that signed it, for the log
  std::vector<GatewayId> signers;  // whose key that is
};

enum class Receipt {
  stored,          // durable, and its effect with it if it had one: answer 200
  repeated_nonce,  // seen before: refuse
};

class Inbox {
 public:
  // All outlive the inbox.
  Inbox(const Context& context, const ports::CallbackReader& reader, Tally& tally,
        std::function<void(Instant)> on_next);

  // Returns once everything is on disk. Processing that fails does not lose the callback: it is
  // stored as failed, and tried again.
  async::Task<Result<Receipt>> take(SignedCallback callback);
  // Those that could not be done at once and are due for another look: an order not known then, a
  // failure. After `last_try` looks they wait for a person. `ledger` is the context's, as whoever
  // asks sees it.
  async::Task<Result<void>> retry_due(ports::Ledger& ledger);
  // The same in two steps: the first page of them, read in a transaction, and the looks, after
  // which each is done or due later.
  static std::vector<ports::StoredCallback> due(ports::LedgerTx& tx, Instant now);
  async::Task<Result<void>> retry(ports::Ledger& ledger, std::vector<ports::StoredCallback> due);

 private:
  struct Taken {
    Receipt receipt = Receipt::stored;
    ports::StoredCallback callback;
    std::optional<Applied> applied;
  };

  ports::StoredCallback stored_form(const SignedCallback& callback,
                                    const Result<ports::CallbackContent>& content,
                                    Instant now) const;
  using Processing = std::function<std::optional<Applied>(ports::StoredCallback&)>;
  // Nonce, effect and the callback itself, in one transaction.
  static Taken store(ports::LedgerTx& tx, const ports::StoredCallback& callback,
                     const Processing& processing);
  async::Task<Result<void>> retry_one(ports::Ledger& ledger, ports::StoredCallback callback);
  void tell_of(const Taken& taken, const std::string& key = {});

  const Context& context_;
  const ports::CallbackReader& reader_;
  Tally& tally_;
  std::function<void(Instant)> on_next_;  // hears of each step that a callback schedules
};

}  // namespace recycled::engine
