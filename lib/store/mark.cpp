#include "store/mark.hpp"

#include <array>
#include <iomanip>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>

namespace recycled::store {
namespace {

constexpr const char* title = "recycled: how far this ledger had come";
constexpr int row_digits = 20;  // so that every mark has one length

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
  if (!(in >> head.rows >> head.hash) || head.rows < 0) return std::nullopt;
  return head;
}

Mark::Mark(const std::filesystem::path& ledger) : file_(mark_of(ledger)) {}

void Mark::set(const ports::AuditHead& head) {
  if (!stream_.is_open()) {
    std::ofstream(file_, std::ios::app | std::ios::binary).close();  // made if it is missing
    stream_.open(file_, std::ios::in | std::ios::out | std::ios::binary);
  }
  std::ostringstream text;
  text << title << '\n' << std::setw(row_digits) << head.rows << ' ' << head.hash << '\n';
  stream_.clear();
  stream_.seekp(0);
  stream_ << text.str() << std::flush;
}

}  // namespace recycled::store
