// A ledger that moves to another database, while it is at work.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ports/ledger.hpp"
#include "store/copy.hpp"
#include "store/open.hpp"

namespace recycled::store {

struct MovePass {
  CopyPass copied;
  bool is_last = false;  // nobody else wrote meanwhile
};

struct Move {
  Address from;
  Address to;
  std::string name;  // of where it goes, as a config would have it
  std::string by;    // whoever moves it, this time
  // Runs in the last transaction at the new place, before anybody can see that.
  std::function<void(ports::LedgerTx&)> settle_in;
  std::function<void(const MovePass&)> on_pass;
};

// Where a file is made that is to be a ledger, until it is one.
std::filesystem::path unfinished(const std::filesystem::path& file);

// Copies in the order of keys what differs, page by page by their digests, again and again beside
// whoever works on it, until little is left; then nobody writes, until the last page is the same.
// In that moment the old one is moved away: whoever writes to it hears so (Fault::away). If it is
// interrupted the old one goes on, or has moved: then the same once more makes an end of it.
// Fault::invalid: there is a ledger at the other place already, or both are of one kind; Fault::
// busy: another one is at it. Of one that has moved there already nothing is copied. That a file is
// made by one alone whoever calls this sees to (system/run_lock.hpp).
Result<void> move_ledger(const Move& move, const ports::Clock& clock);

// Why a ledger cannot be worked on: it has moved, or has not arrived; nothing: it can.
std::optional<std::string> why_elsewhere(ports::LedgerReader& ledger);

}  // namespace recycled::store
