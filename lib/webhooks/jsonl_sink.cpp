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

// Where the last whole line ends; -1: it cannot be read.
off_t end_of_lines(int file) {
  std::array<char, 4096> piece{};
  off_t end = lseek(file, 0, SEEK_END);
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
bool is_ours(int file, off_t from) {
  constexpr std::string_view begins = R"({"id":"evt_)";
  std::array<char, begins.size()> piece{};
  const ssize_t got = pread(file, piece.data(), piece.size(), from);
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
  const off_t end = end_of_lines(opened.number());
  if (end < 0) return os_failure(file);
  if (!is_ours(opened.number(), end)) {
    return fail(Fault::store,
                file.string() + " ends in a line that is no event; name another file");
  }
  if (ftruncate(opened.number(), end) != 0) return os_failure(file);
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
