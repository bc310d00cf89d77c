// `check --json`: what a config puts in force, or everything that is wrong with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/problem.hpp"
#include "config/settings.hpp"

namespace recycled::report {

// {"valid":true,"file","ledger","time_zone","flexfactor_gateways":[{"id","environment","base_url",
// "expiry_days","mit","signing_keys":[{"file","from","until"}]}],"rules_digest"}. The effective
// expiry_days is there whether or not the file says it (S2).
std::string to_json(const config::Settings& settings);

// {"valid":false,"file","problems":[{"line","where","what","fix"}]}
std::string to_json(const std::vector<config::Problem>& problems,
                    const std::filesystem::path& file);

}  // namespace recycled::report
