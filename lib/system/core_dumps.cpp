#include "system/core_dumps.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "system/descriptor.hpp"

namespace recycled::system {

Result<void> forbid_core_dumps() {
  // The limit alone does not hold where core_pattern names a program: only the second call does.
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return fail(Fault::unavailable, "core dumps cannot be forbidden: " + last_os_error());
  }
  return {};
}

}  // namespace recycled::system
