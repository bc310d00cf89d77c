// Where a ledger is, as a config and a command line name it.
#pragma once

#include <string>

namespace recycled::config {

struct StoreUrl {
  std::string file;      // of "sqlite:FILE"
  std::string database;  // of "postgresql://…", the whole of it
  std::string problem;   // what is wrong with it, and …
  std::string advice;    // … what to do; empty: nothing
};

// One of the two places, unless that was neither; a URL with a password in it is one, and a
// problem.
StoreUrl parse_store_url(const std::string& text);

}  // namespace recycled::config
