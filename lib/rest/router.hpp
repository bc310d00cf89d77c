// From a request to its endpoint: path, method, token. It knows no endpoint by itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "async/task.hpp"
#include "crypto/secret.hpp"
#include "http/message.hpp"

namespace recycled::rest {

enum class Access {
  open,   // anybody who reaches the listener
  token,  // whoever shows the token: Authorization: Bearer TOKEN
};

// A request that found its endpoint.
struct Call {
  http::Request request;
  std::string id;  // what stands at the {id} of the pattern, decoded
};

using Endpoint = std::function<async::Task<http::Response>(Call)>;

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/v1/things/{id}": {id} is one segment, at the end, not empty
  Access access = Access::token;
  Endpoint endpoint;
};

class Router {
 public:
  // Routes of one pattern stand for its methods. A GET answers HEAD too.
  Router(std::vector<Route> routes, const crypto::Secret& token);

  // 404 for a path that no route has, 405 with Allow for its other methods, 401 without the token;
  // else what the endpoint answers. An exception of the endpoint's comes out.
  async::Task<http::Response> answer(http::Request request);

  // For the requests from here on.
  void renew(const crypto::Secret& token) { token_ = token; }

 private:
  struct Found {
    const Route* route;
    std::string id;
  };
  std::variant<Found, http::Response> find(const http::Request& request) const;
  bool shows_token(const http::Request& request) const;

  std::vector<Route> routes_;
  crypto::Secret token_;
};

}  // namespace recycled::rest
