// The kept corpus, without a fuzzer: what once broke a reader stays a test.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "targets.hpp"

namespace recycled::fuzz {

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Every file, and every beginning of it: a cut-off one is the commonest accident.
void replay(const char* target, void (*take)(std::string_view)) {
  const std::filesystem::path folder = std::string(SOURCE_ROOT "/tests/fuzz/corpus/") + target;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++files;
    INFO(entry.path().filename().string());
    const std::string bytes = content(entry.path());
    for (std::size_t length = 0; length < bytes.size() && length < 1000; ++length) {
      take(std::string_view(bytes).substr(0, length));
    }
    take(bytes);
  }
  CHECK(files >= 5);
}

}  // namespace

TEST_CASE("fuzz: the kept requests to the local API") { replay("api_request", api_request); }

TEST_CASE("fuzz: the kept configs") { replay("config", config); }

TEST_CASE("fuzz: the kept imports") { replay("import_file", import_file); }

TEST_CASE("fuzz: the kept callback bodies") { replay("callback_body", callback_body); }

TEST_CASE("fuzz: the kept callback headers") { replay("callback_headers", callback_headers); }

TEST_CASE("fuzz: the kept pushes") { replay("json_batch", json_batch); }

TEST_CASE("fuzz: the kept provider replies") { replay("provider_reply", provider_reply); }

}  // namespace recycled::fuzz
