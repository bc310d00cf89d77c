// A disk that loses its power, for LD_PRELOAD: what was written and never synced may be gone. Works
// on any program, knows nothing of SQLite, and touches files under one folder alone.
//
// Writes go through at once, so that every process sees what it would see; of each 512 bytes that
// they change, what was there before is kept until the file is synced. At the cut each such sector
// gets, by chance, what was last synced, anything written since, or a mix that is torn in the
// middle; a file's end lies anywhere between its synced length and its last one; names that were
// made, moved or taken away since the folder was synced are, one by one, as they were. Then the
// process is killed. What SQLite maps into memory (-shm) stays as it is: it is made anew at the
// next start, and cut short under a thread that still runs it would end the process in another way.
//
//   POWER_LOSS_FOLDER   where the disk is mounted
//   POWER_LOSS_AT       the cut comes at this write or sync, counted from 1; 0: never by itself
//   POWER_LOSS_SEED     of all chance
//   POWER_LOSS_LIES     set: no sync is heeded, as with synchronous=OFF or a disk that lies
//
// A process that kills itself, as at a failpoint, dies of a cut as well.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

constexpr off_t sector = 512;

struct File {
  off_t synced_size = 0;
  // Of each sector that has changed: its contents from the synced one on, without the present one.
  std::map<off_t, std::vector<std::string>> before;
  std::string path;  // to reach it at the cut, whatever its name is by then
};

// System calls as they are, not as this file makes them.
ssize_t really_read(int file, void* to, std::size_t size, off_t at) {
  return syscall(SYS_pread64, file, to, size, at);
}
ssize_t really_write(int file, const void* from, std::size_t size, off_t at) {
  return syscall(SYS_pwrite64, file, from, size, at);
}
int really_open(const std::string& path, int flags) {
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.c_str(), flags | O_CLOEXEC, 0600));
}

class Disk {
 public:
  Disk() {
    const char* folder = std::getenv("POWER_LOSS_FOLDER");
    if (folder == nullptr) return;
    folder_ = folder;
    undo_ = folder_ + ".undo";
    const char* at = std::getenv("POWER_LOSS_AT");
    cut_at_ = at == nullptr ? 0 : std::strtol(at, nullptr, 10);
    const char* seed = std::getenv("POWER_LOSS_SEED");
    chance_.seed(seed == nullptr ? 1 : std::strtoul(seed, nullptr, 10));
    lies_ = std::getenv("POWER_LOSS_LIES") != nullptr;
    mkdir(undo_.c_str(), 0700);
    for (const std::string& name : names_in(undo_)) unlink_in(undo_, name);
    sync_names();
  }

  // Nothing: not on this disk.
  File* find(int descriptor) {
    struct stat status {};
    if (folder_.empty() || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      return nullptr;
    }
    const auto known = files_.find(status.st_ino);
    if (known != files_.end()) return &known->second;
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    char path[4096];
    const ssize_t size = readlink(link.c_str(), path, sizeof(path));
    const std::string text(path, size > 0 ? static_cast<std::size_t>(size) : 0);
    if (text.compare(0, folder_.size() + 1, folder_ + "/") != 0) return nullptr;
    if (text.size() > 4 && text.compare(text.size() - 4, 4, "-shm") == 0) return nullptr;
    // A name of our own, so that the bytes can be put back wherever it goes.
    File file;
    file.path = undo_ + "/inode-" + std::to_string(status.st_ino);
    link_anew(text, file.path);
    file.synced_size = status.st_size;
    return &files_.emplace(status.st_ino, std::move(file)).first->second;
  }

  // Before that range of the file changes.
  void about_to_change(int descriptor, off_t from, off_t to) {
    const std::lock_guard lock(mutex_);
    File* file = find(descriptor);
    if (file == nullptr) return;
    count();
    struct stat status {};
    fstat(descriptor, &status);
    for (off_t at = from / sector * sector; at < to; at += sector) {
      std::string old(sector, '\0');  // beyond the end: what a disk shows of a hole
      const ssize_t got = really_read(descriptor, old.data(), sector, at);
      if (got < 0) continue;
      file->before[at].push_back(std::move(old));
    }
  }

  void synced(int descriptor) {
    const std::lock_guard lock(mutex_);
    struct stat status {};
    if (folder_.empty() || fstat(descriptor, &status) != 0) return;
    if (S_ISDIR(status.st_mode)) {
      count();
      if (!lies_) sync_names();
      return;
    }
    File* file = find(descriptor);
    if (file == nullptr) return;
    count();
    if (lies_) return;
    file->before.clear();
    file->synced_size = status.st_size;
  }

  bool is_there() const { return !folder_.empty(); }

  [[noreturn]] void cut_power() {
    const std::lock_guard lock(mutex_);
    cut();
  }

 private:
  void count() {
    if (cut_at_ != 0 && ++counted_ == cut_at_) cut();
  }

  std::size_t dice(std::size_t sides) {
    return std::uniform_int_distribution<std::size_t>(0, sides - 1)(chance_);
  }

  // With the lock held: nobody writes any more.
  [[noreturn]] void cut() {
    for (auto& [inode, file] : files_) put_back(file);
    put_names_back();
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
  }

  void put_back(File& file) {
    const int descriptor = really_open(file.path, O_RDWR);
    if (descriptor < 0) return;
    struct stat status {};
    fstat(descriptor, &status);
    const off_t size = status.st_size;
    for (auto& [at, versions] : file.before) {
      std::string now(sector, '\0');
      really_read(descriptor, now.data(), sector, at);
      versions.push_back(now);
      std::string kept = versions[dice(versions.size())];
      if (dice(4) == 0) {  // torn
        const std::string& other = versions[dice(versions.size())];
        const std::size_t half = dice(sector);
        kept.replace(half, std::string::npos, other, half, std::string::npos);
      }
      const off_t end = std::min<off_t>(at + sector, std::max(size, file.synced_size));
      if (end > at) really_write(descriptor, kept.data(), static_cast<std::size_t>(end - at), at);
    }
    const off_t low = std::min(size, file.synced_size);
    const off_t high = std::max(size, file.synced_size);
    if (high > low) {
      const off_t ends[] = {low, high, low + static_cast<off_t>(dice(high - low + 1))};
      syscall(SYS_ftruncate, descriptor, ends[dice(3)]);
    }
    close(descriptor);
  }

  // --- names: those that are durable are links in a folder beside ---

  static std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    DIR* opened = opendir(folder.c_str());
    if (opened == nullptr) return names;
    while (const dirent* entry = readdir(opened)) {
      if (entry->d_type == DT_REG) names.emplace_back(entry->d_name);
    }
    closedir(opened);
    return names;
  }
  static void unlink_in(const std::string& folder, const std::string& name) {
    syscall(SYS_unlinkat, AT_FDCWD, (folder + "/" + name).c_str(), 0);
  }
  static void link_anew(const std::string& from, const std::string& to) {
    syscall(SYS_unlinkat, AT_FDCWD, to.c_str(), 0);
    syscall(SYS_linkat, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0);
  }
  static ino_t inode_of(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
  }

  void sync_names() {
    for (const std::string& name : names_in(undo_)) {
      if (name.compare(0, 5, "name-") == 0) unlink_in(undo_, name);
    }
    for (const std::string& name : names_in(folder_)) {
      link_anew(folder_ + "/" + name, undo_ + "/name-" + name);
    }
  }

  void put_names_back() {
    for (const std::string& name : names_in(folder_)) {
      const std::string durable = undo_ + "/name-" + name;
      if (inode_of(durable) == inode_of(folder_ + "/" + name) || dice(2) == 0) continue;
      unlink_in(folder_, name);
      link_anew(durable, folder_ + "/" + name);  // nothing, if it is new
    }
    for (const std::string& name : names_in(undo_)) {
      if (name.compare(0, 5, "name-") != 0) continue;
      const std::string gone = folder_ + "/" + name.substr(5);
      if (inode_of(gone) == 0 && dice(2) == 0) link_anew(undo_ + "/" + name, gone);
    }
  }

  std::mutex mutex_;
  std::string folder_;
  std::string undo_;
  std::map<ino_t, File> files_;
  std::mt19937_64 chance_;
  long cut_at_ = 0;
  long counted_ = 0;
  bool lies_ = false;
};

// Never taken apart: whoever still runs at the end may write.
Disk& disk() {
  alignas(Disk) static std::array<std::byte, sizeof(Disk)> place;
  static Disk* const disk = std::construct_at(reinterpret_cast<Disk*>(place.data()));
  return *disk;
}

off_t size_of(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_size : 0;
}

off_t place_of(int descriptor) {
  const bool appends = (fcntl(descriptor, F_GETFL) & O_APPEND) != 0;
  return appends ? size_of(descriptor) : lseek(descriptor, 0, SEEK_CUR);
}

}  // namespace

// --- what takes the place of the C library's ---

extern "C" {

ssize_t pwrite64(int file, const void* from, std::size_t size, off64_t at) {
  disk().about_to_change(file, at, at + static_cast<off_t>(size));
  return really_write(file, from, size, at);
}
ssize_t pwrite(int file, const void* from, std::size_t size, off_t at) {
  return pwrite64(file, from, size, at);
}
ssize_t write(int file, const void* from, std::size_t size) {
  if (disk().is_there()) {
    const int saved = errno;
    const off_t at = place_of(file);
    errno = saved;
    if (at >= 0) disk().about_to_change(file, at, at + static_cast<off_t>(size));
  }
  return syscall(SYS_write, file, from, size);
}
ssize_t writev(int file, const iovec* parts, int count) {
  off_t size = 0;
  for (int i = 0; i < count; ++i) size += static_cast<off_t>(parts[i].iov_len);
  const off_t at = disk().is_there() ? place_of(file) : -1;
  if (at >= 0) disk().about_to_change(file, at, at + size);
  return syscall(SYS_writev, file, parts, count);
}
int ftruncate64(int file, off64_t size) {
  const off_t now = size_of(file);
  disk().about_to_change(file, std::min(now, size), std::max(now, size));
  return static_cast<int>(syscall(SYS_ftruncate, file, size));
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
int fsync(int file) {
  disk().synced(file);
  return 0;
}
int fdatasync(int file) { return fsync(file); }
int raise(int signal) {
  if (signal == SIGKILL && disk().is_there()) disk().cut_power();
  return static_cast<int>(syscall(SYS_tgkill, getpid(), gettid(), signal));
}

}  // extern "C"
