// The disk under a simulation's ledger and the lock on it, as SQLite meets them: system calls that
// fail as those of a full or broken disk do, and another connection that holds the lock. What comes
// of it is SQLite's own doing and the store's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "simulation/virtual_time.hpp"

namespace recycled::simulation {

// What a process is at.
enum class Occasion {
  anything,
  callback,  // it is being told something, and is to keep it before it says so
  event,     // a receiver has taken an event, and it is to note that
};

// A span in which the ledger cannot be written as ever.
struct StoreTrouble {
  enum class Kind {
    disk_full,   // ENOSPC, after some more bytes
    disk_error,  // EIO, likewise
    locked,      // another process writes for longer than anybody waits
    waited_for,  // another process writes for some seconds
  };
  Instant from;  // it begins with the first commit from then on, on that occasion
  Millis lasts{};
  Kind kind = Kind::disk_full;
  std::size_t room = 0;                    // bytes that can still be written, of the first two
  Occasion occasion = Occasion::anything;  // any other is waited for, and with it what comes later
};
std::string_view to_text(StoreTrouble::Kind kind);

// Of one ledger, for one thread. `time` outlives it.
class Disk {
 public:
  Disk(VirtualTime& time, std::filesystem::path file);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // In the order of their beginnings.
  void fail_in(std::vector<StoreTrouble> troubles);
  // What is planned later comes all the same.
  void mend();
  bool is_well() const { return !trouble_; }
  // How often each kind was met: a write or an opening that failed, or one that had to wait.
  const std::map<StoreTrouble::Kind, std::int64_t>& met() const { return met_; }

  // As long as it lives, what SQLite does on this thread meets the trouble of now; whatever else
  // uses SQLite, and on other threads, meets none.
  class Use {
   public:
    Use(Disk& disk, Occasion occasion);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    void failed();  // what was tried in it

   private:
    Disk& disk_;
    Disk* const before_;
    bool failed_ = false;
  };

 private:
  class Lock;
  friend struct DiskCalls;

  void begin_what_is_due(Occasion occasion);
  void end_what_is_over();
  // The bytes of so many that can be written, or nothing and errno.
  std::size_t room_for(std::size_t bytes);
  void wait(Millis by);

  VirtualTime& time_;
  const std::filesystem::path file_;
  std::vector<StoreTrouble> planned_;  // the next one last
  std::unique_ptr<StoreTrouble> trouble_;
  std::unique_ptr<Lock> lock_;
  bool has_waited_ = false;
  std::map<StoreTrouble::Kind, std::int64_t> met_;
};

}  // namespace recycled::simulation
