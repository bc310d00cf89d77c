// The local API as the listener sees it: a request in, a response out, and a word in the log about
// what an operator should know.
#pragma once

#include "api/office.hpp"
#include "crypto/secret.hpp"
#include "ports/events.hpp"
#include "reception/refusals.hpp"

namespace recycled::api {

class Door {
 public:
  Door(const Office& office, const crypto::Secret& token);
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  // An exception of an endpoint's comes out, and is in the log.
  async::Task<http::Response> answer(http::Request request);

  // For the requests from here on.
  void renew(const crypto::Secret& token) { router_.renew(token); }

 private:
  const Office office_;
  rest::Router router_;
  Refusals refusals_;
};

}  // namespace recycled::api
