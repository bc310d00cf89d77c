#include "crypto/secret.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>
#include <unistd.h>

#include "crypto/secret_file.hpp"

using namespace recycled::crypto;
namespace fs = std::filesystem;
using recycled::Fault;

namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

// A directory of this test's own, gone with it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "secretXXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }

  fs::path write(const std::string& content, fs::perms mode = fs::perms::owner_read) const {
    const fs::path file = path_ / "key";
    std::ofstream(file, std::ios::binary) << content;
    fs::permissions(file, mode);
    return file;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("S1: a secret cannot be printed or turned into text unasked") {
  static_assert(!Printable<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  CHECK(Secret("key").reveal() == "key");
  CHECK(Secret().empty());
}

TEST_CASE("X4: a wiped text keeps nothing of what it held, short or long") {
  for (const std::string held : {"4111", "4000002760003184, which is on the heap"}) {
    std::string text = held;
    const std::string moved = std::move(text);  // a short one leaves its bytes behind
    text = held;
    wipe(text);
    CHECK(text.empty());
    CHECK(std::string_view(text.data(), text.capacity()).find('4') == std::string_view::npos);
    {
      text = held;
      const WipedAtEnd wiped(text);
      CHECK(text == held);
    }
    CHECK(text.empty());
  }
}

TEST_CASE("S1: a secret keeps its value through copies and assignment to itself") {
  Secret first("first, long enough for the heap of any standard library");
  const Secret copy = first;
  Secret second("second");
  second = first;
  const Secret& alias = first;
  first = alias;
  CHECK(copy.reveal() == first.reveal());
  CHECK(second.reveal() == first.reveal());
}

TEST_CASE("S1: a secret wipes its bytes when it ends") {
  // A short value lies inside the object, so its bytes can be looked at after the destructor.
  alignas(Secret) unsigned char room[sizeof(Secret)] = {};
  auto* secret = new (room) Secret("canary");
  const std::string_view inside(reinterpret_cast<const char*>(room), sizeof(room));
  REQUIRE(inside.find("canary") != std::string_view::npos);
  secret->~Secret();
  CHECK(inside.find("canary") == std::string_view::npos);
}

TEST_CASE("S1: a secret file gives its bytes without one trailing newline") {
  const Folder folder;
  CHECK(read_secret_file(folder.write("s3cret"))->reveal() == "s3cret");
  fs::remove(folder.path() / "key");
  CHECK(read_secret_file(folder.write("s3cret\n"))->reveal() == "s3cret");
  fs::remove(folder.path() / "key");
  CHECK(read_secret_file(folder.write("s3cret\n\n"))->reveal() == "s3cret\n");
  fs::remove(folder.path() / "key");
  CHECK(read_secret_file(folder.write(" s3 cret "))->reveal() == " s3 cret ");
  fs::remove(folder.path() / "key");
  const std::string largest(std::size_t{64} * 1024, 'x');
  CHECK(read_secret_file(folder.write(largest))->reveal() == largest);
}

TEST_CASE("S1: a secret file that is missing, empty or too large is refused by name") {
  const Folder folder;
  const auto missing = read_secret_file(folder.path() / "none");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().fault == Fault::not_found);
  CHECK(missing.error().message.find("none") != std::string::npos);

  for (const std::string& content :
       {std::string(), std::string("\n"), std::string(std::size_t{64} * 1024 + 1, 'x')}) {
    const fs::path file = folder.write(content);
    const auto refused = read_secret_file(file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fault == Fault::invalid);
    CHECK(refused.error().message.find(file.string()) != std::string::npos);
    fs::remove(file);
  }
  CHECK_FALSE(read_secret_file(folder.path()));
}

TEST_CASE("S1: a secret file open to others is refused, with the command that helps") {
  const Folder folder;
  for (const fs::perms mode : {fs::perms::group_read, fs::perms::others_read,
                               fs::perms::group_write, fs::perms::others_write}) {
    const fs::path file = folder.write("s3cret", fs::perms::owner_read | mode);
    const auto refused = read_secret_file(file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fault == Fault::invalid);
    CHECK(refused.error().message.find("chmod 600 " + file.string()) != std::string::npos);
    CHECK(refused.error().message.find("s3cret") == std::string::npos);
    fs::remove(file);
  }
}

TEST_CASE("S1: a credential may look readable to its group, in a folder that is its service's") {
  const Folder folder;
  const fs::perms shown = fs::perms::owner_read | fs::perms::group_read;
  const fs::path file = folder.write("s3cret", shown);
  CHECK(read_secret_file(SecretFile(file, Kept::credential))->reveal() == "s3cret");
  CHECK_FALSE(read_secret_file(file));  // an ordinary file may not
  for (const fs::perms more : {fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(file, shown | more);
    const auto refused = read_secret_file(SecretFile(file, Kept::credential));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().fault == Fault::invalid);
  }
  fs::permissions(file, shown);
  fs::permissions(folder.path(), fs::perms(0755));
  CHECK_FALSE(read_secret_file(SecretFile(file, Kept::credential)));
  fs::permissions(folder.path(), fs::perms(0550));
  CHECK(read_secret_file(SecretFile(file, Kept::credential)));
  fs::permissions(folder.path(), fs::perms(0700));
}

TEST_CASE("S1: a credential that this process was not given is said to be that") {
  const auto none = read_secret_file(SecretFile("credential:app_key", Kept::credential));
  REQUIRE_FALSE(none);
  CHECK(none.error().fault == Fault::not_found);
  CHECK(none.error().message.find("credential:app_key") != std::string::npos);
  CHECK(none.error().message.find("CREDENTIALS_DIRECTORY") != std::string::npos);
}

TEST_CASE("S1: a file named by hand is read whoever else may") {
  const Folder folder;
  const fs::path file = folder.write("s3cret", fs::perms(0644));
  CHECK(read_secret_file(SecretFile(file, Kept::named_by_hand))->reveal() == "s3cret");
  CHECK_FALSE(check_mode(file));
}
