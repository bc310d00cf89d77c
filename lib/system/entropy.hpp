// The kernel's randomness.
#pragma once

#include "ports/entropy.hpp"

namespace recycled::system {

class KernelEntropy final : public ports::Entropy {
 public:
  std::string bytes(std::size_t count) override;
  double fraction() override;
};

}  // namespace recycled::system
