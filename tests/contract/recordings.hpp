// Replies in the shapes that were seen in recorded traffic, with ids of no meaning.
#pragma once

#include <string>

#include "conversation.hpp"

namespace recycled::flexfactor::contract {

inline const std::string their_id = "0b9f6a52-3f0e-4d6c-8a55-7f1d2c3b4a59";

inline Recorded recorded_reply(const std::string& endpoint, int status, const std::string& body,
                               http::Headers headers = {
                                   {"Content-Type", "application/json; charset=utf-8"}}) {
  Recorded reply;
  reply.endpoint = endpoint;
  reply.response.status = status;
  reply.response.headers = std::move(headers);
  reply.response.body = body;
  return reply;
}

inline Recorded evaluated(const std::string& word) {
  return recorded_reply("POST evaluate", 200,
                        R"({"orderSessionKey":")" + their_id + R"(","senseKey":null,"orderId":")" +
                            their_id + R"(","success":true,"result":null,"status":")" + word +
                            R"(","statusCode":null,"errors":[],"customProperties":{}})");
}

inline std::string order_shown(int status, const std::string& name) {
  return R"({"id":")" + their_id + R"(","status":)" + std::to_string(status) +
         R"(,"statusName":")" + name + R"(","expiryDate":"2026-12-14T09:00:00Z"})";
}

inline Recorded inquired(int status, const std::string& name) {
  return recorded_reply("GET orders/{id}", 200, order_shown(status, name));
}

// Both forms of a 400.
inline const std::string bare_errors =
    R"({"TraceId":["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"],)"
    R"("Transaction.AvsResultCode":["The Transaction.AvsResultCode field is required."]})";
inline const std::string wrapped_errors = R"({"status":"400","errors":)" + bare_errors + "}";

inline Recorded evaluate_lost() {
  Recorded lost = recorded_reply("POST evaluate", 200, "");
  lost.response.delivery = http::Delivery::reset;
  return lost;
}

}  // namespace recycled::flexfactor::contract
