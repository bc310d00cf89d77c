#include "crypto/digest.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace recycled::crypto;

TEST_CASE("SHA-256 and SHA-512 give the FIPS 180-4 examples") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha512("abc")) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST_CASE("HMAC-SHA-512 gives the vectors of RFC 4231") {
  struct Vector {
    std::string key;
    std::string data;
    std::string mac;
  };
  const Vector vectors[] = {
      {std::string(20, '\x0b'), "Hi There",
       "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
       "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
      {"Jefe", "what do ya want for nothing?",
       "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
       "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
       "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
  };
  for (const Vector& vector : vectors) {
    CAPTURE(vector.data);
    CHECK(to_hex(HmacKey(Secret(vector.key)).of(vector.data)) == vector.mac);
  }
}

TEST_CASE("HMAC-SHA-256 gives the vectors of RFC 4231") {
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a key that is made ready makes code after code, and so does a copy of it") {
  const HmacKey key(Secret("Jefe"));
  const std::string first = key.of("what do ya want for nothing?");
  CHECK(key.of("something else") != first);
  CHECK(key.of("what do ya want for nothing?") == first);
  HmacKey copy = key;
  CHECK(copy.of("what do ya want for nothing?") == first);
  copy = HmacKey(Secret("another"));
  CHECK(copy.of("what do ya want for nothing?") != first);
  CHECK(copy.reveal() == "another");
  CHECK(key.of("what do ya want for nothing?") == first);
}

TEST_CASE("an HMAC under an empty key does not remember the key before it") {
  const std::string keyed = HmacKey(Secret("key")).of("data");
  const std::string unkeyed = HmacKey().of("data");
  CHECK(unkeyed == HmacKey(Secret(std::string(128, '\0'))).of("data"));
  CHECK(unkeyed != keyed);
}

TEST_CASE("hex is lower case with two digits for every byte") {
  CHECK(to_hex(std::string("\x00\x0f\xff", 3)) == "000fff");
  CHECK(to_hex("").empty());
}

TEST_CASE("L15: a comparison sees every difference, in the first byte, the last and the length") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "xbc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abx"));
  CHECK_FALSE(equal_in_constant_time("abc", "abcd"));
  CHECK_FALSE(equal_in_constant_time("", "a"));
}
