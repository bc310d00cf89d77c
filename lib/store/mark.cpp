#include "store/mark.hpp"

#include <array>
#include <iomanip>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace recycled::store {
namespace {

constexpr const char* title = "recycled: how far this ledger had come";
// At both ends of the line, so that who reads it while it is written sees that it does not fit, and
// always as long, so that every mark has one length.
constexpr int row_digits = 20;

std::filesystem::path mark_of(const std::filesystem::path& ledger) {
  return ledger.string() + ".mark";
}

}  // namespace

// The inode's number comes back once a file is deleted; the time of its birth does not.
std::string identity_of(const std::filesystem::path& ledger) {
  struct statx file {};
  if (statx(AT_FDCWD, ledger.c_str(), 0, STATX_INO | STATX_BTIME, &file) != 0) return {};
  std::string text = std::to_string(file.stx_ino);
  if ((file.stx_mask & STATX_BTIME) != 0) {
    text +=
        " " + std::to_string(file.stx_btime.tv_sec) + "." + std::to_string(file.stx_btime.tv_nsec);
  }
  return text;
}

std::optional<ports::AuditHead> read_mark(const std::filesystem::path& ledger) {
  std::ifstream in(mark_of(ledger), std::ios::binary);
  std::string first;
  ports::AuditHead head;
  if (!std::getline(in, first) || first != title) return std::nullopt;
  std::int64_t again = 0;
  if (!(in >> head.rows >> head.hash >> again) || again != head.rows) return std::nullopt;
  return head;
}

Mark::Mark(const std::filesystem::path& ledger) : ledger_(ledger), file_(mark_of(ledger)) {}

// One that cannot be written, since another user made it, gives way: whoever may make files beside
// the ledger may do that. A new one belongs to whom the ledger belongs, as its other files do.
void Mark::open() {
  stream_.open(file_, std::ios::in | std::ios::out | std::ios::binary);
  if (stream_.is_open()) return;
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
  stream_.clear();
  stream_.open(file_, std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary);
  struct stat ledger {};
  if (stat(ledger_.c_str(), &ledger) != 0) return;
  if (chown(file_.c_str(), ledger.st_uid, ledger.st_gid) != 0) return;  // then it is ours already
  static_cast<void>(chmod(file_.c_str(), ledger.st_mode & 0666));
}

void Mark::set(const ports::AuditHead& head) {
  if (!stream_.is_open()) open();
  std::ostringstream text;
  text << title << '\n'
       << std::setw(row_digits) << head.rows << ' ' << head.hash << ' ' << std::setw(row_digits)
       << head.rows << '\n';
  stream_.clear();
  stream_.seekp(0);
  stream_ << text.str() << std::flush;
}

}  // namespace recycled::store
