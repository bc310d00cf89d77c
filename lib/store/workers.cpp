#include "store/workers.hpp"

#include "store/rows.hpp"

namespace recycled::store {

void forget_the_silent(Connection& connection) {
  auto& forget =
      connection.prepared("DELETE FROM worker WHERE alive_until < server_now() AND key <> ?");
  Binder(forget) << connection.worker();
  forget.run();
}

}  // namespace recycled::store
