#include "webhooks/jsonl_sink.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include "async/task_group.hpp"
#include "unit/system/scratch.hpp"
#include "unit/webhooks/fixture.hpp"
#include "webhooks/body.hpp"

namespace recycled::webhooks {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_CASE("a line for each event, exactly as a webhook has it, for its owner alone") {
  const testing::Scratch folder;
  JsonlSink sink(folder / "events.jsonl");
  CHECK(deliver(sink, "evt_1").result == ports::SinkReply::Result::taken);
  CHECK(deliver(sink, "evt_2").result == ports::SinkReply::Result::taken);
  CHECK(content(folder / "events.jsonl") ==
        body_of("evt_1", full_event()) + "\n" + body_of("evt_2", full_event()) + "\n");
  const auto mode = std::filesystem::status(folder / "events.jsonl").permissions();
  CHECK(mode == std::filesystem::perms(0600));
}

async::Task<void> keep(JsonlSink& sink, std::string id, int& taken) {
  auto reply = co_await sink.deliver(std::move(id), full_event());
  taken += reply.result == ports::SinkReply::Result::taken ? 1 : 0;
}

async::Task<void> many(JsonlSink& sink, async::Executor executor, int count, int& taken) {
  async::TaskGroup group(std::move(executor), count);
  for (int number = 0; number < count; ++number) {
    group.start(keep(sink, "evt_" + std::to_string(number), taken));
  }
  co_await group.join();
}

TEST_CASE("many at a time: each is answered for, and every line is whole") {
  const testing::Scratch folder;
  boost::asio::io_context io;
  JsonlSink sink(folder / "events.jsonl");
  int taken = 0;
  async::run_to_end(io, many(sink, io.get_executor(), 64, taken));
  CHECK(taken == 64);
  std::set<std::string> wanted;
  for (int number = 0; number < 64; ++number) {
    wanted.insert(body_of("evt_" + std::to_string(number), full_event()));
  }
  std::set<std::string> lines;
  std::ifstream stream(folder / "events.jsonl");
  for (std::string line; std::getline(stream, line);) CHECK(lines.insert(line).second);
  CHECK(lines == wanted);
}

TEST_CASE("the file may be rotated away, and goes on in a new one") {
  const testing::Scratch folder;
  JsonlSink sink(folder / "events.jsonl");
  deliver(sink, "evt_1");
  std::filesystem::rename(folder / "events.jsonl", folder / "events.jsonl.1");
  deliver(sink, "evt_2");
  CHECK(content(folder / "events.jsonl") == body_of("evt_2", full_event()) + "\n");
  CHECK(content(folder / "events.jsonl.1") == body_of("evt_1", full_event()) + "\n");
}

TEST_CASE("X1: what a crash left of a line is cut off, and no whole line is") {
  const testing::Scratch folder;
  const auto file = folder / "events.jsonl";
  const std::string long_part = R"({"id":"evt_)" + std::string(9000, 'x');
  for (const std::string& part : {std::string(R"({"id)"), long_part}) {
    std::ofstream(file) << "whole\n" << part;
    REQUIRE(append_lines(file, "next\n").has_value());
    CHECK(content(file) == "whole\nnext\n");
    std::ofstream(file) << part;
    REQUIRE(append_lines(file, "next\n").has_value());
    CHECK(content(file) == "next\n");
  }
}

TEST_CASE("what a power cut left of lines is cut off from the first zero on") {
  const testing::Scratch folder;
  const auto file = folder / "events.jsonl";
  const std::string zeros(5000, '\0');
  for (const std::string& left :
       {zeros, R"({"id":"evt_2)" + zeros, R"({"id":"evt_2)" + zeros + "x}\n",
        "{\"id\":\"evt_2\"}\n" + zeros + "\n{\"id\":\"evt_4\"}\n"}) {
    std::ofstream(file) << "{\"id\":\"evt_1\"}\n" << left;
    REQUIRE(append_lines(file, "next\n").has_value());
    const bool second_is_whole = left.starts_with("{\"id\":\"evt_2\"}\n");
    CHECK(content(file) == std::string("{\"id\":\"evt_1\"}\n") +
                               (second_is_whole ? "{\"id\":\"evt_2\"}\n" : "") + "next\n");
  }
}

TEST_CASE("a file that was named by mistake loses nothing") {
  const testing::Scratch folder;
  const auto file = folder / "notes.txt";
  const std::string zeros(9, '\0');
  for (const std::string& text :
       {std::string("a note without an end"), std::string("whole\na note"), "other\n" + zeros,
        "other\n" + zeros + "\nbytes\n"}) {
    std::ofstream(file) << text;
    const auto refused = append_lines(file, "next\n");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find("no event") != std::string::npos);
    CHECK(content(file) == text);
  }
}

TEST_CASE("what cannot be written is not taken, with the file and why") {
  const testing::Scratch folder;
  JsonlSink sink(folder / "no folder" / "events.jsonl");
  const auto reply = deliver(sink, "evt_1");
  CHECK(reply.result == ports::SinkReply::Result::not_taken);
  CHECK(reply.why.find("events.jsonl: No such file") != std::string::npos);
  JsonlSink device("/dev/full");
  CHECK(deliver(device, "evt_1").result == ports::SinkReply::Result::not_taken);
}

}  // namespace
}  // namespace recycled::webhooks
