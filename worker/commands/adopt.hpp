// recycled adopt: a person's word that a copied or restored ledger goes on here (engine/seal.hpp).
#pragma once

#include <filesystem>

namespace recycled {

struct AdoptOptions {
  std::filesystem::path config;
  bool restored = false;  // it is older than what was done, whatever the seal says
};

// The exit code (exit_code.hpp). A ledger that is at home is left alone.
int run_adopt(const AdoptOptions& options);

}  // namespace recycled
