// Which machine this is.
#pragma once

#include <string>

namespace recycled::system {

// Of this machine and of no other, the same after every start, and derived from the machine id so
// that it does not give that away (machine-id(5)). Empty: the machine has none, as containers often
// do.
std::string machine_id();

}  // namespace recycled::system
