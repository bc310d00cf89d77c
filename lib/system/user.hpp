// Who sits at the machine.
#pragma once

#include <string>

namespace recycled::system {

// The user this process runs as, for a record of who said what: "alice", of a sudo "alice as root",
// of one that no list of users knows "uid 1000".
std::string user_name();

// Which process this is, for whoever waits for it: "process 123 of recycled on billing-1".
std::string process_name();

}  // namespace recycled::system
