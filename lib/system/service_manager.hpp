// The supervisor that started this process, as sd_notify(3) has it: systemd, by a unit with
// Type=notify. Without one, and so without NOTIFY_SOCKET in the environment, nothing happens. What
// cannot be told is not told: a supervisor that is gone is no reason to stop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace recycled::system {

class ServiceManager {
 public:
  // How long it waits for alive() before it ends the process (WatchdogSec=); nothing: it does not.
  std::optional<Millis> patience() const;

  // The start, or the stop that was told of, may take so much longer from now on than the unit
  // allows.
  void extend(Millis longer) const;
  void ready() const;  // for work; also: what reloading() told of is done
  void alive() const;
  void reloading() const;
  void stopping() const;
  // A line for people; see status_line.
  void status(std::string_view text) const;
};

// As the protocol can carry it: one line, of valid UTF-8 as far as the text was, at most 1000
// bytes, so that nothing in it can pass for another message.
std::string status_line(std::string_view text);

}  // namespace recycled::system
