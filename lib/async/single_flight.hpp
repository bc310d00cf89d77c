// One refresh at a time (lessons.md 21: a token stampede): whoever calls while the work is under
// way waits for it and gets a copy of the same result.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "async/suspend.hpp"
#include "async/task.hpp"

namespace recycled::async {

// For one thread. An exception out of the work reaches every caller that waited for it, and the
// next call starts afresh. Callers still waiting when this goes away are never resumed.
template <class T>
class SingleFlight {
 public:
  using Work = std::function<Task<T>()>;

  SingleFlight() = default;
  // Those who wait hold the flight that holds them: here the circle is cut.
  ~SingleFlight() {
    if (flight_) flight_->passengers.clear();
  }
  SingleFlight(const SingleFlight&) = delete;
  SingleFlight& operator=(const SingleFlight&) = delete;

  Task<T> run(Work work) {
    std::shared_ptr<Flight> flight = flight_;
    if (flight) {
      std::function<void(Resume)> board = [flight](Resume resume) {
        flight->passengers.push_back(std::move(resume));
      };
      co_await until_resumed(std::move(board));
    } else {
      flight = std::make_shared<Flight>();
      flight_ = flight;
      co_await fly(flight, std::move(work));
      flight_.reset();
      for (const Resume& resume : std::exchange(flight->passengers, {})) resume();
    }
    if (flight->failure) std::rethrow_exception(flight->failure);
    co_return *flight->result;
  }

 private:
  struct Flight {
    std::vector<Resume> passengers;
    std::optional<T> result;
    std::exception_ptr failure;
  };

  static Task<void> fly(std::shared_ptr<Flight> flight, Work work) {
    try {
      auto task = work();
      auto result = co_await std::move(task);
      flight->result.emplace(std::move(result));
    } catch (...) {
      flight->failure = std::current_exception();
    }
  }

  std::shared_ptr<Flight> flight_;
};

}  // namespace recycled::async
