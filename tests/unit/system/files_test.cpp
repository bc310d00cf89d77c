#include "system/files.hpp"

#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.hpp"

namespace recycled::system {
namespace {

using testing::Scratch;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

}  // namespace

TEST_CASE("what is written is read back whatever bytes it is of") {
  const Scratch scratch;
  const std::string content = std::string("a\0b\n", 4) + std::string(200'000, 'x');
  REQUIRE(write_file(scratch / "f", content).has_value());
  CHECK(read_file(scratch / "f", content.size()) == content);
  REQUIRE(write_file(scratch / "f", "").has_value());
  CHECK(read_file(scratch / "f", 0) == "");
}

TEST_CASE("a written file has the access it was asked for and nothing is left beside it") {
  const Scratch scratch;
  REQUIRE(write_file(scratch / "f", "1").has_value());
  CHECK(mode_of(scratch / "f") == 0600);
  REQUIRE(write_file(scratch / "f", "2", Access::everyone_reads).has_value());
  CHECK(mode_of(scratch / "f") == 0644);
  REQUIRE(write_file(scratch / "f", "3", Access::owner_only).has_value());
  CHECK(mode_of(scratch / "f") == 0600);
  CHECK_FALSE(std::filesystem::exists(scratch / "f.new"));
}

TEST_CASE("a write that fails leaves what was there") {
  const Scratch scratch;
  std::filesystem::create_directories(scratch / "folder/inside");
  const auto written = write_file(scratch / "folder", "x");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().fault == Fault::store);
  CHECK(std::filesystem::exists(scratch / "folder/inside"));
  CHECK_FALSE(std::filesystem::exists(scratch / "folder.new"));
  CHECK_FALSE(write_file(scratch / "nowhere/f", "x").has_value());
}

TEST_CASE("a link planted beside is not followed") {
  const Scratch scratch;
  REQUIRE(write_file(scratch / "victim", "theirs").has_value());
  std::filesystem::create_symlink(scratch / "victim", scratch / "f.new");
  CHECK_FALSE(write_file(scratch / "f", "ours").has_value());
  CHECK(read_file(scratch / "victim", 100) == "theirs");
}

TEST_CASE("a file that is missing or too large or none at all is told apart") {
  const Scratch scratch;
  REQUIRE(write_file(scratch / "f", "12345").has_value());
  CHECK(read_file(scratch / "f", 5).has_value());
  CHECK(read_file(scratch / "f", 4).error().fault == Fault::invalid);
  CHECK(read_file(scratch / "none", 4).error().fault == Fault::not_found);
  CHECK(read_file(scratch / ".", 4).error().fault == Fault::invalid);
  CHECK(read_file(scratch / "none", 4).error().message.find("none") != std::string::npos);
}

}  // namespace recycled::system
