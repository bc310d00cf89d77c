// GET /openapi.json: what this listener answers, for people and for generators of clients.
#include "api/description.hpp"

#include <string>

#include "api/routes.hpp"
#include "rest/answers.hpp"

namespace recycled::api {

async::Task<http::Response> show_description(const Office&, rest::Call) {
  co_return rest::json(200, std::string(description));
}

}  // namespace recycled::api
