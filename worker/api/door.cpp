#include "api/door.hpp"

#include <exception>
#include <utility>

#include "api/routes.hpp"
#include "base/ensure.hpp"

namespace recycled::api {

Door::Door(const Office& office, const crypto::Secret& token)
    : office_(office),
      router_(routes_of(office_), token),
      refusals_(office_.context.clock, office_.context.events) {}

async::Task<http::Response> Door::answer(http::Request request) {
  ports::Event event(ports::EventName::api_refused);
  event.reason = request.method + " " + request.target.substr(0, request.target.find('?'));
  try {
    auto response = co_await router_.answer(std::move(request));
    if (response.status == 401) refusals_.note(event);
    co_return response;
  } catch (const Bug&) {
    throw;
  } catch (const std::exception& problem) {
    ports::Event failed(ports::EventName::api_failed);
    failed.reason = event.reason + ": " + problem.what();
    office_.context.events.note(failed);
    throw;
  }
}

}  // namespace recycled::api
