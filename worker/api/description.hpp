// worker/api/openapi.json, embedded by the build.
#pragma once

#include <string_view>

namespace recycled::api {

extern const std::string_view description;

}  // namespace recycled::api
