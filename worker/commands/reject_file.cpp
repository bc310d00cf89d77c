#include "commands/reject_file.hpp"

#include <utility>

#include "base/failpoint.hpp"

namespace recycled {

RejectFile::RejectFile(std::filesystem::path file, std::string header)
    : file_(std::move(file)), header_(std::move(header)) {}

void RejectFile::open() {
  out_.open(file_, std::ios::binary | std::ios::trunc);
  std::error_code error;
  using std::filesystem::perms;
  std::filesystem::permissions(file_, perms::owner_read | perms::owner_write, error);
  if (error) out_.setstate(std::ios::failbit);
  if (!header_.empty()) out_ << header_ << '\n';
}

void RejectFile::add(const intake::Reject& reject) {
  if (!out_.is_open() && is_whole_) open();
  out_ << "# line " << reject.line << ": " << reject.reason << '\n';
  if (!reject.record.empty()) out_ << reject.record << '\n';
  out_.flush();
  may_die_at(Failpoint::reject_written);
  if (!out_) is_whole_ = false;
}

}  // namespace recycled
