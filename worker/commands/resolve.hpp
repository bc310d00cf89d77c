// recycled resolve: a person's word on a parked item. Works beside a running service.
#pragma once

#include <filesystem>
#include <string>

#include "billing/person.hpp"
#include "commands/check.hpp"

namespace recycled {

struct ResolveOptions {
  std::filesystem::path config;
  std::string id;
  billing::PersonWord word = billing::PersonWord::failed;
  std::string note;  // may be empty
  Output output = Output::text;
};

// The exit code (exit_code.hpp). failed: the word does not fit, or nothing is parked under that id.
int run_resolve(const ResolveOptions& options);

}  // namespace recycled
