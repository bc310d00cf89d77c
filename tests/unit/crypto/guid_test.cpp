#include "crypto/guid.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace recycled::crypto;

TEST_CASE("X1: the same parts always give the same identity") {
  CHECK(derive_guid({"install-1", "sub-1", "4"}) == derive_guid({"install-1", "sub-1", "4"}));
  // Written down, because an identity that changed with a release would be a second charge.
  CHECK(derive_guid({"a"}) == "3b196fd4-907b-8df5-9c30-90e9835f2f7c");
}

TEST_CASE("X1: parts do not run into each other") {
  const std::set<std::string> guids = {
      derive_guid({"ab", "c"}), derive_guid({"a", "bc"}), derive_guid({"abc"}),
      derive_guid({"abc", ""}), derive_guid({"", "abc"}), derive_guid({}),
  };
  CHECK(guids.size() == 6);
}

TEST_CASE("a derived identity is a version 8 UUID in lower case") {
  for (const char* part : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    const std::string guid = derive_guid({part});
    CAPTURE(guid);
    REQUIRE(guid.size() == 36);
    CHECK(guid.find_first_not_of("0123456789abcdef-") == std::string::npos);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) CHECK(guid[dash] == '-');
    CHECK(guid[14] == '8');
    CHECK(std::string("89ab").find(guid[19]) != std::string::npos);
  }
}
