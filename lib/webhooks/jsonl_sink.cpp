#include "webhooks/jsonl_sink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "async/suspend.hpp"
#include "base/failpoint.hpp"
#include "webhooks/body.hpp"

namespace recycled::webhooks {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : number_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (number_ >= 0) close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

Failure os_failure(const std::filesystem::path& file) {
  return fail(Fault::store, file.string() + ": " + std::generic_category().message(errno));
}

// More than goes out together (100 at a time, each under 2 KiB), and so more than a power cut finds
// on its way to the disk.
constexpr off_t longest_unsynced = 256 * 1024;

// Where the file ends, but for what a power cut left: it had grown, and of its bytes some or all
// had not come. What is missing reads as zeros, which are in no line of ours. -1: cannot be read.
off_t end_of_bytes(int file) {
  const off_t end = lseek(file, 0, SEEK_END);
  if (end <= 0) return end;
  std::string last(static_cast<std::size_t>(std::min(end, longest_unsynced)), '\0');
  const off_t from = end - static_cast<off_t>(last.size());
  const ssize_t got = pread(file, last.data(), last.size(), from);
  if (got != static_cast<ssize_t>(last.size())) return -1;
  const auto hole = last.find('\0');
  return hole == std::string::npos ? end : from + static_cast<off_t>(hole);
}

// Where the last whole line before `end` ends; -1: it cannot be read.
off_t end_of_lines(int file, off_t end) {
  std::array<char, 4096> piece{};
  while (end > 0) {
    const auto size = std::min(end, static_cast<off_t>(piece.size()));
    const ssize_t got = pread(file, piece.data(), static_cast<std::size_t>(size), end - size);
    if (got != size) return -1;
    for (off_t at = size; at > 0; --at) {
      if (piece[static_cast<std::size_t>(at - 1)] == '\n') return end - size + at;
    }
    end -= size;
  }
  return end;
}

// Whether what follows the last whole line is what a crash left of one of ours: a file that was
// named by mistake must not lose its end.
bool is_ours(int file, off_t from, off_t end) {
  constexpr std::string_view begins = R"({"id":"evt_)";
  std::array<char, begins.size()> piece{};
  const auto size = std::min(static_cast<off_t>(piece.size()), end - from);
  const ssize_t got = pread(file, piece.data(), static_cast<std::size_t>(size), from);
  return got >= 0 && begins.starts_with({piece.data(), static_cast<std::size_t>(got)});
}

// A new file is there after a power cut once its folder is on the disk.
bool sync_folder(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const int number = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = number >= 0 && fsync(number) == 0;
  if (number >= 0) close(number);
  return synced;
}

// On the disk before anything is written in its place, or a power cut could mix the two.
bool cut_back(int file, off_t end) {
  if (lseek(file, 0, SEEK_END) == end) return true;
  return ftruncate(file, end) == 0 && fsync(file) == 0;
}

bool write_at(int file, off_t at, std::string_view text) {
  while (!text.empty()) {
    const ssize_t took = pwrite(file, text.data(), text.size(), at);
    if (took < 0 && errno == EINTR) continue;
    if (took <= 0) return false;
    at += took;
    text.remove_prefix(static_cast<std::size_t>(took));
  }
  may_die_at(Failpoint::line_written);
  return fsync(file) == 0;
}

}  // namespace

Result<void> append_lines(const std::filesystem::path& file, std::string_view lines) {
  const OpenFile opened(file);
  if (!opened.is_open()) return os_failure(file);
  const off_t bytes = end_of_bytes(opened.number());
  const off_t end = bytes < 0 ? bytes : end_of_lines(opened.number(), bytes);
  if (end < 0) return os_failure(file);
  // With zeros in it, its beginning has to be ours too: another's file may hold anything.
  const bool has_hole = bytes != lseek(opened.number(), 0, SEEK_END);
  if (!is_ours(opened.number(), end, bytes) || (has_hole && !is_ours(opened.number(), 0, end))) {
    return fail(Fault::store,
                file.string() + " ends in a line that is no event; name another file");
  }
  if (!cut_back(opened.number(), end)) return os_failure(file);
  if (end == 0 && !sync_folder(file)) return os_failure(file);
  may_die_at(Failpoint::line_before);
  if (write_at(opened.number(), end, lines)) {
    may_die_at(Failpoint::line_synced);
    return {};
  }
  auto failed = os_failure(file);
  // What cannot be cut off now is cut off by the next one.
  [[maybe_unused]] const int cut = ftruncate(opened.number(), end);
  return failed;
}

class JsonlSink::Writer {
 public:
  explicit Writer(std::filesystem::path file)
      : file_(std::move(file)), thread_([this] { serve(); }) {}
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // `result` is there when `resume` is called.
  void enqueue(const std::string& line, Result<void>& result, async::Resume resume) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(Waiting{&line, &result, std::move(resume)});
    }
    wake_.notify_one();
  }

 private:
  struct Waiting {
    const std::string* line;
    Result<void>* result;
    async::Resume resume;
  };

  void serve() {
    for (auto group = next_group(); !group.empty(); group = next_group()) {
      std::string lines;
      for (const Waiting& waiting : group) {
        lines += *waiting.line;
        lines += '\n';
      }
      const auto done = append_lines(file_, lines);
      for (const Waiting& waiting : group) {
        *waiting.result = done;
        waiting.resume();
      }
    }
  }

  // Empty: stopped, and nothing is left to do.
  std::vector<Waiting> next_group() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    return std::exchange(queue_, {});
  }

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Waiting> queue_;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses all of the above
};

JsonlSink::JsonlSink(std::filesystem::path file)
    : writer_(std::make_unique<Writer>(std::move(file))) {}

JsonlSink::~JsonlSink() = default;

async::Task<ports::SinkReply> JsonlSink::deliver(std::string id, ports::OutboundEvent event) {
  const std::string line = body_of(id, event);
  Result<void> done;
  std::function<void(async::Resume)> start = [this, &line, &done](async::Resume resume) {
    writer_->enqueue(line, done, std::move(resume));
  };
  co_await async::until_resumed(std::move(start));
  ports::SinkReply reply;
  if (done) {
    reply.result = ports::SinkReply::Result::taken;
  } else {
    reply.why = done.error().message;
  }
  co_return reply;
}

}  // namespace recycled::webhooks
