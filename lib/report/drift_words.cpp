// How a comparison reads: the names of differences, what to do about each, one line or JSON.
#include "report/drift_words.hpp"

#include "report/json.hpp"
#include "report/words.hpp"

namespace recycled::report {

std::string_view to_text(Drift drift) {
  switch (drift) {
    case Drift::charged_there:
      return "charged_there";
    case Drift::not_charged_there:
      return "not_charged_there";
    case Drift::ended_there:
      return "ended_there";
    case Drift::open_there:
      return "open_there";
    case Drift::refunded_there:
      return "refunded_there";
    case Drift::amount_differs:
      return "amount_differs";
    case Drift::second_order:
      return "second_order";
    case Drift::missing_there:
      return "missing_there";
    case Drift::strange_there:
      return "strange_there";
    case Drift::lost_here:
      return "lost_here";
  }
  return {};
}

std::string_view what_to_do(Drift drift) {
  switch (drift) {
    case Drift::charged_there:
      return "the next inquiry takes it in (recycled once); if ours had ended, refund it there or "
             "bill no further for this cycle";
    case Drift::not_charged_there:
      return "ask FlexFactor what became of the charge; until then this revenue is not certain";
    case Drift::ended_there:
      return "the next inquiry takes it in (recycled once); if it stays, look at explain";
    case Drift::open_there:
      return "cancel it in FlexFactor's portal, or it may still be charged";
    case Drift::refunded_there:
      return "count it out of recovered revenue; its callback never came";
    case Drift::amount_differs:
      return "compare both with what was sent; order_amounts says in which unit the list counts";
    case Drift::second_order:
      return "keep one: cancel or refund the other in FlexFactor's portal";
    case Drift::missing_there:
      return "ask FlexFactor for it, with both ids";
    case Drift::strange_there:
      return "ask FlexFactor what this status means";
    case Drift::lost_here:
      return "the ledger is older than this order (a restored backup?): hand nothing over before "
             "its state is known";
  }
  return {};
}

std::string to_line(const Difference& difference) {
  std::string line(to_text(difference.drift));
  const std::string sale = difference.sale.str();
  line += "  " + printable(sale.empty() ? difference.subscription.str() : "sale " + sale);
  line += "  order " + printable(difference.order.str());
  line += "  at FlexFactor " + printable(difference.provider_order.str());
  line += ": here " + printable(difference.here) + ", there " + printable(difference.there);
  line += ". To do: " + std::string(what_to_do(difference.drift)) + ".\n";
  return line;
}

std::string to_json(const Verification& verification) {
  Json differences = Json::array();
  for (const Difference& one : verification.differences) {
    differences.push_back({{"difference", to_text(one.drift)},
                           {"gateway", one.gateway.str()},
                           {"subscription", one.subscription.str()},
                           {"merchant_order", text_or_null(one.sale.str())},
                           {"order", one.order.str()},
                           {"provider_order", one.provider_order.str()},
                           {"here", one.here},
                           {"there", one.there},
                           {"to_do", what_to_do(one.drift)}});
  }
  return written({{"from", to_iso8601(verification.from)},
                  {"to", to_iso8601(verification.to)},
                  {"compared", verification.compared},
                  {"not_ours", verification.not_ours},
                  {"unreachable", text_or_null(verification.unreachable)},
                  {"differences", differences}});
}

std::string to_text(const Verification& verification) {
  std::string text;
  for (const Difference& one : verification.differences) text += to_line(one);
  text += std::to_string(verification.differences.size()) + " difference(s) in " +
          std::to_string(verification.compared) + " order(s) of ours from " +
          to_iso8601(verification.from) + " to " + to_iso8601(verification.to) + "; " +
          std::to_string(verification.not_ours) + " order(s) there are not ours\n";
  return text;
}

}  // namespace recycled::report
