#include "ports/events.hpp"

#include "base/ensure.hpp"

namespace recycled::ports {

// An enumerator's text is its name with the first underscore as a dot; tests/tidy compares the two.
constexpr std::array<EventRow, event_count> event_table = {{
    {EventName::run_started, "run.started", Level::info,
     "A run began; the reason says of what kind, with the terms of each FlexFactor gateway."},
    {EventName::run_summary, "run.summary", Level::info,
     "What was done, in figures: by a pass (at least one line an hour), or by the whole run at its "
     "end; the reason says which."},
    {EventName::run_ended, "run.ended", Level::info, "A run ended by itself or after a stop."},
    {EventName::audit_head, "audit.head", Level::info,
     "Where the audit trail ends, at the start and the end of a run: the reason is its hash, count "
     "its rows."},
    {EventName::run_refused, "run.refused", Level::error,
     "A run did not start: the config or the ledger forbids it."},
    {EventName::run_busy, "run.busy", Level::warning,
     "A run did not start, since another one has the ledger; the next one may."},
    {EventName::run_paused, "run.paused", Level::warning,
     "A pause stands: nothing new is claimed nor handed over; the reason says since when, by whom "
     "and why."},
    {EventName::run_resumed, "run.resumed", Level::info,
     "A pause has ended: claims and hand-overs go on."},
    {EventName::breaker_tripped, "breaker.tripped", Level::error,
     "Too many of a gateway's last results are bad: nothing new goes there until somebody resumes; "
     "the reason counts them."},
    {EventName::ceiling_reached, "ceiling.reached", Level::warning,
     "As much is handed over as a ceiling of [limits] allows; the reason is that ceiling."},
    {EventName::rules_changed, "rules.changed", Level::info,
     "The config's billing rules differ from the last run's; due dates are worked out anew."},
    {EventName::scan_done, "scan.done", Level::debug,
     "A scan looked at everything due; count is what it claimed."},
    {EventName::recovery_claimed, "recovery.claimed", Level::info,
     "A due re-attempt, or an order by a rerun, was taken: the hand-over has not left yet."},
    {EventName::recovery_sent, "recovery.sent", Level::debug,
     "A hand-over request was answered; ms is how long it took."},
    {EventName::recovery_pending, "recovery.pending", Level::info,
     "FlexFactor has taken over and retries by itself until the expiry."},
    {EventName::recovery_recovered, "recovery.recovered", Level::info,
     "FlexFactor charged the card: the subscription moves to its next cycle."},
    {EventName::recovery_failed, "recovery.failed", Level::info,
     "FlexFactor gave up or the window ended: the subscription is recycle failed."},
    {EventName::recovery_withdrawn, "recovery.withdrawn", Level::info,
     "The merchant ended the subscription and FlexFactor stopped retrying."},
    {EventName::recovery_released, "recovery.released", Level::warning,
     "A hand-over that certainly never arrived was given back and will be claimed again."},
    {EventName::recovery_parked, "recovery.parked", Level::error,
     "A recovery needs a person; the reason says why."},
    {EventName::recovery_retry, "recovery.retry", Level::info,
     "The same request will be sent again later under the same key."},
    {EventName::recovery_unknown, "recovery.unknown", Level::warning,
     "A hand-over may have arrived and was not answered; it is asked about first."},
    {EventName::recovery_inquired, "recovery.inquired", Level::debug,
     "FlexFactor was asked how an order stands; the reason is its answer."},
    {EventName::recovery_expired, "recovery.expired", Level::info,
     "The window of expiry_days ended without a result; the grace follows."},
    {EventName::recovery_withdrawing, "recovery.withdrawing", Level::info,
     "An order is being taken back from FlexFactor; the reason says why."},
    {EventName::recovery_interrupted, "recovery.interrupted", Level::warning,
     "A hand-over was under way when the last run ended; it counts as unknown."},
    {EventName::recovery_alarm, "recovery.alarm", Level::error,
     "Something a person should know of: the reason says what; the alarms are listed in README."},
    {EventName::recovery_resolved, "recovery.resolved", Level::info,
     "A person has said what becomes of a parked recovery; only the audit trail has this one."},
    {EventName::subscription_held, "subscription.held", Level::warning,
     "A due subscription was not taken; the reason says why."},
    {EventName::callback_received, "callback.received", Level::info,
     "A signed callback was stored and answered."},
    {EventName::callback_refused, "callback.refused", Level::warning,
     "A callback did not pass verification and was not stored; above 60 a minute they are told "
     "together, and count is how many."},
    {EventName::callback_unmatched, "callback.unmatched", Level::warning,
     "A callback names an order that is not known yet; it waits in the inbox."},
    {EventName::callback_failed, "callback.failed", Level::warning,
     "A stored callback could not be processed; it is tried again."},
    {EventName::callback_given_up, "callback.given_up", Level::error,
     "A stored callback waits for a person: it cannot be read, or was tried in vain for two days."},
    {EventName::callback_replayed, "callback.replayed", Level::info,
     "A person had a stored callback processed again; only the audit trail has this one."},
    {EventName::event_delivered, "event.delivered", Level::debug,
     "A receiver has taken an event; the reason names sink, event and type."},
    {EventName::event_failed, "event.failed", Level::warning,
     "A receiver has not taken an event; it is tried again later, count is the tries so far."},
    {EventName::event_given_up, "event.given_up", Level::error,
     "An event was not taken within give_up_after: it waits for a person and events replay."},
    {EventName::event_replayed, "event.replayed", Level::info,
     "A person has an event delivered again; only the audit trail has this one."},
    {EventName::provider_token, "provider.token", Level::debug,
     "A new access token was fetched; its text is never shown."},
    {EventName::provider_unavailable, "provider.unavailable", Level::warning,
     "FlexFactor does not answer, or asks us to slow down; no re-attempt is used up."},
    {EventName::provider_slowed, "provider.slowed", Level::warning,
     "FlexFactor asks for fewer calls; the reason is the rate from here on."},
    {EventName::provider_paused, "provider.paused", Level::warning,
     "FlexFactor does not answer: its queue rests, and one call is tried now and then."},
    {EventName::provider_resumed, "provider.resumed", Level::info,
     "FlexFactor answers again: its queue goes on, slowly at first and in its order."},
    {EventName::listener_started, "listener.started", Level::info,
     "A listener accepts connections; the reason is its address."},
    {EventName::listener_stopped, "listener.stopped", Level::info,
     "A listener accepts no more connections."},
    {EventName::stop_requested, "stop.requested", Level::info,
     "A stop signal came: nothing new is claimed, what is under way may finish."},
    {EventName::secrets_reloaded, "secrets.reloaded", Level::info,
     "A SIGHUP came, and secret files and certificates were read again; the reason lists them."},
    {EventName::secrets_refused, "secrets.refused", Level::error,
     "After a SIGHUP a secret file or certificate could not be used; the old one stays in use."},
    {EventName::cascade_answered, "cascade.answered", Level::info,
     "A shop has its answer on a cascade; the reason is the answer, ms how long it waited."},
    {EventName::api_declines, "api.declines", Level::info,
     "Declines were pushed to the local API and stored; count is how many."},
    {EventName::api_orders, "api.orders", Level::info,
     "Orders were pushed to the local API and stored; count is how many."},
    {EventName::api_reruns, "api.reruns", Level::info,
     "Reruns were asked for at the local API; count is how many orders were claimed by it."},
    {EventName::api_refused, "api.refused", Level::warning,
     "A request to the local API came without the token; the reason is what it asked for. Above 60 "
     "a "
     "minute they are told together, and count is how many."},
    {EventName::api_failed, "api.failed", Level::error,
     "A request to the local API could not be answered; the reason says why."},
    {EventName::store_failed, "store.failed", Level::error,
     "The ledger could not be written; nothing was changed and no call left."},
}};

static constexpr bool in_order() {
  for (std::size_t i = 0; i < event_table.size(); ++i) {
    if (event_table[i].name != static_cast<EventName>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "row_of finds a row by its place");

const EventRow& row_of(EventName name) {
  const auto place = static_cast<std::size_t>(name);
  ensure(place < event_table.size(), "every event has a row in the table");
  return event_table[place];
}

}  // namespace recycled::ports
