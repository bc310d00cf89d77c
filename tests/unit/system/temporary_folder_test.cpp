#include "system/temporary_folder.hpp"

#include <utility>

#include <doctest/doctest.h>

#include "system/files.hpp"

namespace recycled::system {

TEST_CASE("a temporary folder is for its owner alone and goes with him - whatever is in it") {
  std::filesystem::path path;
  {
    auto made = TemporaryFolder::make("recycled-test");
    REQUIRE(made.has_value());
    const TemporaryFolder folder = std::move(*made);
    path = folder.path();
    CHECK(path.filename().string().starts_with("recycled-test-"));
    CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms::owner_all);
    CHECK(write_file(path / "file", "content").has_value());
    CHECK(TemporaryFolder::make("recycled-test")->path() != path);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace recycled::system
