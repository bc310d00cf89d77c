// Whose order a reply is about. A reply about somebody else's order, which a confused proxy or a
// cache may send, is never applied.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "flexfactor/json.hpp"

namespace recycled::flexfactor {

// An id as FlexFactor writes one: a text of 1 to 128 bytes, none of them a control character.
std::optional<std::string> id_at(const Json& object, const char* name);

// Why `body`, which names an order by any of `names`, is not about `asked`; empty: it is, or it
// names none. Ids are compared without regard to case.
std::string other_subject(const Json& body, std::initializer_list<const char*> names,
                          const std::string& asked);

// The same for a reply to evaluate, which names our order (externalOrderId) and FlexFactor's twice
// (orderId, orderSessionKey; one of them may echo ours).
std::string other_subject_of_evaluate(const Json& body, const OrderId& ours);

// FlexFactor's id of the order: `orderId` of a reply is theirs and equals orderSessionKey. Should
// an account echo ours there, the session key is the one to go by.
std::optional<ProviderOrderId> provider_order_in(const Json& body, const OrderId& ours);

}  // namespace recycled::flexfactor
