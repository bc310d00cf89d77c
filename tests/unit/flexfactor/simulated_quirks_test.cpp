// What nobody documents: the simulated provider can do it either way.
#include <doctest/doctest.h>

#include "flexfactor/callback.hpp"
#include "simulated_bench.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::test;

namespace {

Behaviour with(const Quirks& quirks) {
  auto behaviour = quiet();
  behaviour.quirks = quirks;
  return behaviour;
}

}  // namespace

TEST_CASE("quirks: the body of an error") {
  const auto body = [](ErrorBody form) {
    Quirks quirks;
    quirks.error_body = form;
    Bench bench(with(quirks));
    const auto response = bench.call("GET", "orders/nobody", "");
    CHECK(response.status == 404);
    return response.body;
  };
  CHECK(body(ErrorBody::none).empty());
  CHECK(text_at(*parse_object(body(ErrorBody::json)), "message") == "simulated 404");
  CHECK(text_at(*parse_object(body(ErrorBody::problem)), "title") == "simulated 404");
  CHECK(body(ErrorBody::html).starts_with("<html>"));
}

TEST_CASE("quirks: a repeated key") {
  const auto repeated = [](Repeats repeats) {
    Quirks quirks;
    quirks.repeats = repeats;
    Bench bench(with(quirks));
    bench.evaluate("approve-1");
    const int status = bench.evaluate("approve-1").status;
    return std::pair(status, bench.sim.statistics().orders);
  };
  CHECK(repeated(Repeats::answer) == std::pair(200, std::int64_t{1}));
  CHECK(repeated(Repeats::conflict) == std::pair(409, std::int64_t{1}));
  CHECK(repeated(Repeats::anew) == std::pair(200, std::int64_t{2}));
}

TEST_CASE("quirks: an order it does not know") {
  Quirks quirks;
  quirks.unknown_order_code = 422;
  Bench bench(with(quirks));
  CHECK(bench.call("GET", "orders/nobody", "").status == 422);
  CHECK(bench.post("orders/nobody/cancel", "").status == 422);
  CHECK(bench.call("GET", "nowhere", "").status == 404);
}

TEST_CASE("quirks: which of the two polls there is") {
  const auto codes = [](Polls polls) {
    Quirks quirks;
    quirks.polls = polls;
    Bench bench(with(quirks));
    const auto id = id_in(bench.evaluate("pending"));
    const std::string outcome = R"({"orderSessionKey":")" + id + "\"}";
    return std::pair(bench.call("GET", "orders/" + id, "").status,
                     bench.post("outcome", outcome).status);
  };
  CHECK(codes(Polls::both) == std::pair(200, 200));
  CHECK(codes(Polls::orders) == std::pair(200, 404));
  CHECK(codes(Polls::outcome) == std::pair(404, 200));
}

TEST_CASE("quirks: the list's first page, its largest one, and the unit of amounts") {
  Quirks quirks;
  quirks.first_page = 0;
  quirks.largest_page = 1;
  quirks.order_amounts = AmountUnit::major;
  quirks.expired_word = "LAPSED";
  Bench bench(with(quirks));
  bench.evaluate("pending-1", "key-1", "order-1");
  bench.evaluate("pending-2", "key-2", "order-2");
  const auto order = [&bench](const std::string& query) {
    const auto page = *parse_object(bench.call("GET", "orders?pageSize=9" + query, "").body);
    REQUIRE(page["items"].size() == 1);
    CHECK(page["items"][0]["amount"] == 80.95);
    return text_at(page["items"][0], "externalOrderId");
  };
  CHECK(order("") == "order-1");
  CHECK(order("&pageNumber=0") == "order-1");
  CHECK(order("&pageNumber=1") == "order-2");
}

TEST_CASE("quirks: what a callback is signed with") {
  const auto verdict = [](SignatureForm form, BodySignature body) {
    Quirks quirks;
    quirks.signature = form;
    Bench bench(with(quirks));
    bench.evaluate("approve-1");
    bench.now = *bench.sim.next_at();
    const auto callbacks = bench.sim.advance(bench.now);
    REQUIRE(callbacks.size() == 1);
    CallbackTrust trust;
    trust.keys = {{crypto::Secret("signing key"), "key", {}, {}}};
    trust.public_host = "billing.example.com";
    trust.body_signature = body;
    const auto found = verify(callbacks[0].headers, callbacks[0].body, trust, bench.now);
    return std::holds_alternative<Verified>(found);
  };
  CHECK(verdict(SignatureForm::both, BodySignature::refused));
  CHECK(verdict(SignatureForm::authorization, BodySignature::refused));
  CHECK_FALSE(verdict(SignatureForm::body, BodySignature::refused));
  CHECK(verdict(SignatureForm::body, BodySignature::accepted));
}

TEST_CASE("quirks: its clock is ahead, in every reply") {
  Quirks quirks;
  quirks.clock_ahead = std::chrono::minutes(7);
  Bench bench(with(quirks));
  for (const char* target : {"orders/nobody", "orders", "nowhere"}) {
    const auto response = bench.call("GET", target, "");
    const auto date = http::find_header(response.headers, "Date");
    REQUIRE(date);
    CHECK(*http::parse_http_date(*date) == start + std::chrono::minutes(7));
  }
}
