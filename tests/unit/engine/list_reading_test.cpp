// One reading of the list for many orders: what is asked for, who is found, and what is said of the
// rest.
#include "engine/list_reading.hpp"

#include <chrono>
#include <map>

#include <doctest/doctest.h>

using namespace recycled;          // NOLINT(google-build-using-namespace)
using namespace recycled::engine;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using billing::News;

namespace {

const Instant sent = from_millis(1'800'000'000'000);
const Instant now = sent + 72h;

billing::Recovery missing(const char* order, Instant at, Millis on_its_way = 1s) {
  billing::Recovery recovery;
  recovery.order = OrderId(order);
  recovery.unsent_until = at;
  recovery.left_by = at + on_its_way;
  return recovery;
}

ports::ListReply page_of(const std::vector<std::string>& orders) {
  ports::ListReply page;
  page.orders.emplace();
  for (const std::string& order : orders) {
    ports::ListedOrder row;
    row.order = OrderId(order);
    row.provider_order = ProviderOrderId("theirs of " + order);
    row.news = News::completed;
    row.word = "captured";
    page.orders->push_back(row);
  }
  return page;
}

ports::ListReply refused() {
  ports::ListReply page;
  page.why = "HTTP 429";
  page.service = ports::Service::busy;
  page.retry_after = 30s;
  return page;
}

// What was said of each, by order.
std::map<std::string, ListReading::Found> by_order(std::vector<ListReading::Found> found) {
  std::map<std::string, ListReading::Found> made;
  for (auto& one : found) made.emplace(one.order.str(), one);
  CHECK(made.size() == found.size());
  return made;
}

}  // namespace

TEST_CASE("L21 list reading: from before it can have left to after it can have come") {
  ListReading reading(missing("a", sent), now);
  CHECK(reading.next().from == sent - 10min);
  CHECK(reading.next().to == sent + 1s + 2h);
  CHECK(reading.next().page == 1);

  billing::Recovery perhaps_under_way = missing("b", sent);
  perhaps_under_way.left_by = std::nullopt;
  CHECK(ListReading(perhaps_under_way, now).next().to == now + 10min);
}

// A sync account's next request, or one that was put off: what came before it is what may be there.
TEST_CASE(
    "L21 list reading: a request whose turn is still to come is looked for where the last left") {
  billing::Recovery next = missing("a", sent);
  next.unsent_until = sent + 24h;
  ListReading reading(next, now);
  CHECK(reading.next().from == sent + 1s - 10min);
  CHECK(reading.next().to == sent + 1s + 2h);
  CHECK_FALSE(reading.is_over());
  CHECK(reading.read(page_of({"a"})).size() == 1);

  next.unsent_until = now + 1h;
  next.left_by = std::nullopt;
  CHECK(ListReading(next, now).next().from == now - 10min);
  CHECK(ListReading(next, now).next().to == now + 10min);
}

TEST_CASE("L21 list reading: who may have left at the same time is looked for too") {
  ListReading reading(missing("a", sent), now);
  CHECK(reading.takes(missing("earlier", sent - 2h)));
  CHECK(reading.takes(missing("later", sent + 2h)));
  CHECK(reading.next().from == sent - 2h - 10min);
  CHECK(reading.next().to == sent + 4h + 1s);
  // It is the first one's time that counts, or the days of a long outage would become one.
  CHECK_FALSE(reading.takes(missing("a day later", sent + 24h)));
  CHECK_FALSE(reading.takes(missing("a day earlier", sent - 24h)));
  CHECK(reading.next().to == sent + 4h + 1s);

  const auto found = by_order(reading.read(page_of({"later", "a", "a stranger's", "a day later"})));
  CHECK(found.size() == 2);
  CHECK(found.at("a").reply.news == News::completed);
  CHECK(found.at("a").reply.word == "captured");
  CHECK(found.at("a").provider_order->str() == "theirs of a");
  CHECK(found.at("later").provider_order->str() == "theirs of later");
  CHECK_FALSE(reading.is_over());
  CHECK(reading.next().page == 2);
}

TEST_CASE("list reading: what no page has is not there, and no page is asked for in vain") {
  ListReading reading(missing("a", sent), now);
  reading.takes(missing("b", sent));
  CHECK(reading.read(page_of({"a stranger's"})).empty());
  CHECK(reading.read(page_of({"b"})).size() == 1);
  const auto rest = by_order(reading.read(page_of({})));
  CHECK(rest.size() == 1);
  CHECK(rest.at("a").reply.news == News::not_found);
  CHECK_FALSE(rest.at("a").provider_order.has_value());
  CHECK(reading.is_over());

  ListReading both(missing("a", sent), now);
  both.takes(missing("b", sent));
  CHECK(both.read(page_of({"a", "b"})).size() == 2);
  CHECK(both.is_over());
}

TEST_CASE("list reading: a list without our ids tells nothing of who is not found") {
  ListReading reading(missing("a", sent), now);
  CHECK(reading.read(page_of({"", "another"})).empty());
  CHECK(reading.read(page_of({"another"})).empty());
  const auto rest = by_order(reading.read(page_of({})));
  CHECK_FALSE(rest.at("a").reply.news.has_value());
  CHECK(rest.at("a").reply.word == "the list does not show our order ids");
}

TEST_CASE("list reading: a first page that is not answered ends it for all, who come back later") {
  ListReading reading(missing("a", sent), now);
  reading.takes(missing("b", sent));
  const auto said = by_order(reading.read(refused()));
  CHECK(said.size() == 2);
  CHECK_FALSE(said.at("a").reply.news.has_value());
  CHECK(said.at("a").reply.service == ports::Service::busy);
  CHECK(said.at("a").reply.retry_after == Millis(30s));
  CHECK(said.at("a").reply.word == "HTTP 429");
  CHECK(reading.is_over());
}

// Or a list of many pages would never be read to its end where one of three calls fails.
TEST_CASE("L21 list reading: a later page that is not answered is asked for again") {
  ListReading reading(missing("a", sent), now);
  reading.takes(missing("b", sent));
  for (int page = 2; page < 12; ++page) {
    CHECK(reading.read(page_of({"a stranger's"})).empty());
    for (int times = 0; times < 3; ++times) {
      CHECK(reading.read(refused()).empty());
      CHECK(reading.next().page == page);
    }
  }
  CHECK(reading.read(page_of({"b"})).size() == 1);
  for (int times = 0; times < 3; ++times) CHECK(reading.read(refused()).empty());
  CHECK_FALSE(reading.is_over());
  const auto said = by_order(reading.read(refused()));
  CHECK(said.size() == 1);
  CHECK_FALSE(said.at("a").reply.news.has_value());
  CHECK(reading.is_over());
}

TEST_CASE("list reading: a later page that cannot be understood ends it, as it would again") {
  ListReading reading(missing("a", sent), now);
  CHECK(reading.read(page_of({"a stranger's"})).empty());
  ports::ListReply strange;
  strange.why = "a row without an id";
  CHECK(reading.read(strange).size() == 1);
  CHECK(reading.is_over());
}

TEST_CASE("L21 list reading: it ends, at the latest after a hundred pages") {
  for (const int orders : {1, 3}) {
    ListReading reading(missing("0", sent), now);
    for (int order = 1; order < orders; ++order) {
      reading.takes(missing(std::to_string(order).c_str(), sent));
    }
    int pages = 0;
    std::vector<ListReading::Found> said;
    while (!reading.is_over() && pages < 1000) {
      said = reading.read(page_of({"a stranger's"}));
      ++pages;
    }
    CHECK(pages == 100);
    CHECK(static_cast<int>(said.size()) == orders);
    CHECK_FALSE(said[0].reply.news.has_value());
    CHECK(said[0].reply.word == "the list is too long");
  }
}
