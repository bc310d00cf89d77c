// Randomness. The real one is the kernel's; a simulation's comes from its seed.
#pragma once

#include <cstddef>
#include <string>

namespace recycled::ports {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual std::string bytes(std::size_t count) = 0;
  // Uniform in [0, 1).
  virtual double fraction() = 0;
};

}  // namespace recycled::ports
