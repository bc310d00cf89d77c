// Names to addresses, under a deadline.
#pragma once

#include <string>
#include <vector>

#include "async/task.hpp"
#include "base/result.hpp"
#include "http/wire.hpp"

namespace recycled::http {

// What went wrong, in words.
using Addresses = tl::expected<tcp::resolver::results_type, std::string>;

async::Task<Addresses> look_up(asio::any_io_executor executor, std::string host, std::string port,
                               Deadline deadline);

// The addresses as texts, for a person. Fault::unavailable: why there are none.
async::Task<Result<std::vector<std::string>>> addresses_of(asio::any_io_executor executor,
                                                           std::string host, Millis timeout);

}  // namespace recycled::http
