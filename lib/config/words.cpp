#include "config/words.hpp"

namespace recycled::config {

std::string_view to_text(Environment environment) {
  switch (environment) {
    case Environment::sandbox:
      return "sandbox";
    case Environment::live:
      return "live";
  }
  return "";
}

std::string_view to_text(billing::MitMode mode) {
  switch (mode) {
    case billing::MitMode::managed:
      return "managed";
    case billing::MitMode::sync:
      return "sync";
  }
  return "";
}

}  // namespace recycled::config
