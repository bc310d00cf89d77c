#include "load/drive.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <deque>
#include <stdexcept>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

namespace recycled::bench {
namespace {

constexpr std::chrono::seconds longest_silence{20};

double own_cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

class Driver {
 public:
  Driver(const Target& target, const std::vector<Prepared>& requests, const Pace& pace)
      : requests_(requests), pace_(pace), tls_(tls_context(target.ca_file)) {
    poll_ = epoll_create1(EPOLL_CLOEXEC);
    if (poll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    for (int i = 0; i < pace.connections; ++i) {
      lines_.push_back(std::make_unique<Line>(target, tls_.get()));
      watch(*lines_.back(), EPOLL_CTL_ADD);
      idle_.push_back(lines_.back().get());
    }
  }
  ~Driver() { close(poll_); }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  Seen run() {
    const double cpu_before = own_cpu();
    began_ = Steady::now();
    last_answer_ = began_;
    seen_.took.reserve(requests_.size());
    start_what_may();
    while (under_way_ > 0 || (next_ < requests_.size() && !is_over())) {
      wait();
      start_what_may();
    }
    seen_.seconds = std::chrono::duration<double>(Steady::now() - began_).count();
    seen_.cpu_seconds = own_cpu() - cpu_before;
    seen_.by_time = next_ < requests_.size();
    std::sort(seen_.took.begin(), seen_.took.end());
    return std::move(seen_);
  }

 private:
  void watch(Line& line, int what) {
    epoll_event event{};
    event.events = EPOLLIN | (line.wants_to_write() ? EPOLLOUT : 0U);
    event.data.ptr = &line;
    if (epoll_ctl(poll_, what, line.descriptor(), &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  bool is_over() const { return Steady::now() - began_ > pace_.limit; }

  // When the next one should leave.
  Steady::time_point next_turn(Steady::time_point now) const {
    if (pace_.per_second == 0) return now;
    return began_ + std::chrono::nanoseconds(next_ * std::size_t{1'000'000'000} /
                                             static_cast<std::size_t>(pace_.per_second));
  }

  void start_what_may() {
    const auto now = Steady::now();
    while (!idle_.empty() && next_ < requests_.size() && now - began_ <= pace_.limit) {
      const auto turn = next_turn(now);
      if (turn > now) return;
      Line& line = *idle_.front();
      idle_.pop_front();
      line.start(requests_[next_++], turn);
      ++under_way_;
      if (line.wants_to_write()) watch(line, EPOLL_CTL_MOD);
    }
  }

  // A request leaves when its turn has come, not at the next whole millisecond: some would then
  // leave together.
  timespec until_next() const {
    const bool all_left = next_ == requests_.size() || is_over();
    if (pace_.per_second == 0 || idle_.empty() || all_left) return {1, 0};
    const auto now = Steady::now();
    const std::chrono::nanoseconds left = std::max(next_turn(now), now) - now;
    return {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
  }

  void wait() {
    std::array<epoll_event, 128> events;
    const timespec patience = until_next();
    const int count =
        epoll_pwait2(poll_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
    if (count < 0 && errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
    }
    for (int i = 0; i < count; ++i) {
      Line& line = *static_cast<Line*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (line.is_idle()) {
        line.hear();
        continue;
      }
      const bool was_writing = line.wants_to_write();
      const Prepared& request = line.request();
      const auto answer = line.go_on();
      if (was_writing && !line.wants_to_write()) watch(line, EPOLL_CTL_MOD);
      if (answer) judge(request, *answer, line);
    }
    if (under_way_ > 0 && Steady::now() - last_answer_ > longest_silence) {
      throw std::runtime_error("no answer for 20 seconds");
    }
  }

  void judge(const Prepared& request, const Answer& answer, Line& line) {
    last_answer_ = Steady::now();
    seen_.took.push_back(
        std::chrono::duration<double, std::micro>(last_answer_ - line.began()).count());
    idle_.push_back(&line);
    --under_way_;
    const bool fits =
        answer.status == request.status && answer.body.find(request.in_body) != std::string::npos;
    if (!fits) {
      if (seen_.wrong++ == 0) {
        seen_.first_wrong = std::to_string(answer.status) + " " + answer.body;
      }
      return;
    }
    switch (request.sort) {
      case Sort::fresh:
        ++seen_.fresh;
        return;
      case Sort::repeated:
        ++seen_.repeated;
        return;
      case Sort::forged:
        ++seen_.forged;
        return;
    }
  }

  const std::vector<Prepared>& requests_;
  const Pace pace_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_;
  int poll_ = -1;
  std::vector<std::unique_ptr<Line>> lines_;
  std::deque<Line*> idle_;
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  Steady::time_point began_;
  Steady::time_point last_answer_;
  Seen seen_;
};

}  // namespace

Seen drive(const Target& target, const std::vector<Prepared>& requests, const Pace& pace) {
  Driver driver(target, requests, pace);
  return driver.run();
}

}  // namespace recycled::bench
