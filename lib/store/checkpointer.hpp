// Copies what stands in SQLite's log back into the ledger's file, on a thread and a connection of
// its own, so that hardly a commit waits for it.
#pragma once

#include <filesystem>
#include <memory>

#include "store/database.hpp"

namespace recycled::store {

class Checkpointer {
 public:
  // From here on the writer's own commits copy nothing back but the end of a long log. Both are to
  // outlive this, which is of the writer's thread. Throws SqlError.
  Checkpointer(Database& writer, const std::filesystem::path& file);
  // Waits for the copying that is under way; then the commits do it again.
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recycled::store
