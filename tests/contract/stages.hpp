// The three stages of the contract suite.
#pragma once

#include "conversation.hpp"

namespace recycled::flexfactor::contract {

// The simulated FlexFactor in this process.
std::unique_ptr<Stage> simulated(boost::asio::io_context& context, const Clock& clock,
                                 Situation situation);

// The same behind our own server and client, over HTTP on loopback.
std::unique_ptr<Stage> over_http(boost::asio::io_context& context, const Clock& clock,
                                 Situation situation);

// Nobody thinks there: each endpoint gives its recorded replies in their order, then 404.
std::unique_ptr<Stage> recorded(boost::asio::io_context& context, const Clock& clock,
                                Situation situation);

}  // namespace recycled::flexfactor::contract
