// The wire forms of the simulated provider: what it demands of a request, and how it words replies.
#pragma once

#include "flexfactor/json.hpp"
#include "flexfactor/simulated_orders.hpp"
#include "http/message.hpp"

namespace recycled::flexfactor {

// The required fields of evaluate that `body` lacks, in the form of a bare 400; an empty string
// counts as missing.
Json missing_fields(const Json& body);

// What a valid evaluate asks for.
SimulatedSale sale_in(const Json& body);

// `{success, result, status, …}`, with the order if there is one.
Json envelope(std::string_view status, const SimulatedOrder* order);

// The word of evaluate and outcome for where the order stands.
std::string_view word_of(const SimulatedOrder& order, const Behaviour& behaviour);

// The order as GET orders/{id} shows it.
Json shown(const SimulatedOrder& order, const Quirks& quirks);
// Its `status`.
int shown_number(const SimulatedOrder& order, const Quirks& quirks);

// An error that says no more than its code, in a form of which none is documented.
http::Response error_response(int status, ErrorBody form);

http::Response json_response(int status, const Json& body);

}  // namespace recycled::flexfactor
