// The one table of the local API's endpoints, and their handlers, one file each.
#pragma once

#include <vector>

#include "api/office.hpp"

namespace recycled::api {

Handler show_health;        // health.cpp
Handler show_readiness;     // health.cpp
Handler show_description;   // description.cpp
Handler show_metrics;       // metrics.cpp
Handler show_subscription;  // subscriptions.cpp
Handler take_declines;      // pushes.cpp
Handler take_orders;        // pushes.cpp
Handler take_reruns;        // reruns.cpp
Handler take_cascade;       // cascades.cpp

// The table, with each row's handler bound to the office.
std::vector<rest::Route> routes_of(const Office& office);

}  // namespace recycled::api
