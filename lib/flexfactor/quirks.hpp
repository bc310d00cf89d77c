// What nobody documents about the service, as the simulated provider can be told to do it: the
// other half of dialect.hpp.
#pragma once

#include <string>

#include "base/time.hpp"
#include "flexfactor/dialect.hpp"

namespace recycled::flexfactor {

// How an inquiry shows an expired order.
enum class ExpiredShows { word, cancelled, open };

// The bodies of 401, 404, 409, 429 and 5xx.
enum class ErrorBody { none, json, problem, html };

// The same bytes under a known key, or any bytes once the window is over.
enum class Repeats {
  answer,    // the first answer again
  conflict,  // 409, whatever the bytes
  anew,      // keys are not looked at: each request is an order of its own
};

// Which of the two ways to ask how an order stands there is.
enum class Polls { both, orders, outcome };

// Which signatures a callback carries.
enum class SignatureForm { both, authorization, body };

struct Quirks {
  ExpiredShows expired_shows = ExpiredShows::word;
  std::string expired_word = "EXPIRED";
  ErrorBody error_body = ErrorBody::none;
  Repeats repeats = Repeats::answer;
  int unknown_order_code = 404;
  Polls polls = Polls::both;
  int first_page = 1;
  int largest_page = 500;         // of the list, whatever is asked for
  bool shows_external_id = true;  // the merchant's order id, in the list and in inquiries
  AmountUnit order_amounts = AmountUnit::minor;
  SignatureForm signature = SignatureForm::both;
  Millis clock_ahead{0};  // of its `Date` header
};

}  // namespace recycled::flexfactor
