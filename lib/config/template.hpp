// The config that `recycled init` writes: every setting, each with its default and a sentence.
#pragma once

#include <string_view>

namespace recycled::config {

// load() accepts it as it is; check_secret_files() does once its secret files exist.
extern const std::string_view config_template;

}  // namespace recycled::config
