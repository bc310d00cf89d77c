// What tells a ledger's file from another one with the same content: which file it is, and a mark
// beside it, FILE.mark, of how far its audit trail had come. A backup that is put in the place of
// the ledger does not reach the mark.
#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "ports/audit_chain.hpp"

namespace recycled::store {

// Stays the same as long as the file does, whatever is written into it and however it is renamed; a
// copy has another one. Empty: there is no such file, or the system does not tell.
std::string identity_of(const std::filesystem::path& ledger);

// What the mark says; nothing: there is none, or none that can be read, as while it is written. To
// be asked before the ledger is read, which is never behind it.
std::optional<ports::AuditHead> read_mark(const std::filesystem::path& ledger);

// Writes the mark, in place and as one sector. It is never ahead of what is durable, and may be
// behind it: then it sees less and is not wrong. So nothing waits for it, and its failure is
// nobody's.
class Mark {
 public:
  explicit Mark(const std::filesystem::path& ledger);

  void set(const ports::AuditHead& head);

 private:
  void open();

  std::filesystem::path ledger_;
  std::filesystem::path file_;
  std::fstream stream_;
};

}  // namespace recycled::store
