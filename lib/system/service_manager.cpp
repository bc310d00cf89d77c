#include "system/service_manager.hpp"

#include <algorithm>
#include <chrono>

#include <systemd/sd-daemon.h>

namespace recycled::system {
namespace {

void tell(const std::string& state) { sd_notify(0, state.c_str()); }

bool continues_a_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

}  // namespace

std::optional<Millis> ServiceManager::patience() const {
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) <= 0) return std::nullopt;
  const std::chrono::microseconds whole(static_cast<std::int64_t>(micros));
  return std::max(std::chrono::floor<Millis>(whole), Millis(1));
}

void ServiceManager::extend(Millis longer) const {
  const auto micros = std::chrono::microseconds(longer).count();
  tell("EXTEND_TIMEOUT_USEC=" + std::to_string(micros));
}

void ServiceManager::ready() const { tell("READY=1"); }

void ServiceManager::alive() const { tell("WATCHDOG=1"); }

void ServiceManager::reloading() const { tell("RELOADING=1"); }

void ServiceManager::stopping() const { tell("STOPPING=1"); }

void ServiceManager::status(std::string_view text) const { tell("STATUS=" + status_line(text)); }

std::string status_line(std::string_view text) {
  constexpr std::size_t most = 1000;
  std::size_t end = std::min(text.size(), most);
  while (end > 0 && end < text.size() && continues_a_character(text[end])) --end;
  std::string line(text.substr(0, end));
  std::replace_if(
      line.begin(), line.end(),
      [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; }, ' ');
  return line;
}

}  // namespace recycled::system
