// Background work with an owner: a bounded number of tasks that are waited for before what they
// use goes away. Everything here runs on the one thread of its io_context.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "async/task.hpp"

namespace recycled::async {

class TaskGroup {
 public:
  // At most `limit` tasks run at a time; at least one.
  TaskGroup(boost::asio::any_io_executor executor, int limit);
  // Members left are a Bug and end the program: their references would dangle. Only while another
  // exception unwinds the stack they are let go; they then end with the io_context, never resumed.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Waits for a free place, then starts the task and returns while it runs.
  Task<void> spawn(Task<void> task);
  // The same from outside a coroutine: no place free is a Bug.
  void start(Task<void> task);

  // Returns when no member is left, those spawned meanwhile included. The first exception that
  // came out of a member since the last join is rethrown; later ones are dropped.
  Task<void> join();

  int running() const;

 private:
  struct State;
  // Shared with the members' ends, which may come after an unwinding group.
  std::shared_ptr<State> state_;
};

}  // namespace recycled::async
