// SQLite writes its log a page at a time, with two calls for each: an eighth of a hand-over's CPU.
// Here what a transaction writes is gathered, and leaves in one call as the log is made durable.
// And a commit that makes the log's file longer takes longer: so a small one writes zeros behind
// itself, which are no part of the log, for those to come.
#pragma once

#include <sqlite3.h>

namespace recycled::store {

// The name of SQLite's usual file system with a log that can gather; until it is told to, it does
// not.
const char* gathering_file_system();

// From here on the log of this connection, opened by that file system in WAL mode, gathers. So that
// nothing is left behind for a later transaction, when another process may have written at the same
// place, pages leave the cache at a commit alone: a transaction takes as much memory as it changes.
// synchronous=FULL has each commit written, and durable, before anybody else can see it. What
// cannot be written fails the commit, as with SQLite's own.
void gather_log(sqlite3* connection);

}  // namespace recycled::store
