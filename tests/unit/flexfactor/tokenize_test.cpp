#include "flexfactor/tokenize.hpp"

#include <doctest/doctest.h>

#include "flexfactor/url.hpp"
#include "simulated_bench.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using namespace recycled::flexfactor::test;
using ports::CardRefused;
using ports::CardToken;
using ports::NoAnswer;
using ports::SlowDown;

namespace {

constexpr const char* visa = "4000002760003184";

ports::PlainCard card_of(const std::string& number = visa, int year = 2030) {
  ports::PlainCard card;
  card.gateway = GatewayId("ff");
  card.number = crypto::Secret(number);
  card.exp_month = 9;
  card.exp_year = year;
  card.first_name = "Zoë \"Z\"";
  card.last_name = "O\\Hara";
  return card;
}

Account tokenizing_account() {
  auto account = sample_account();
  account.environment_key = crypto::Secret("a+b/c=");
  return account;
}

std::string reply_with(const std::string& method) {
  return R"({"transaction":{"payment_method":)" + method + "}}";
}

ports::TokenizeReply decoded(int status, const std::string& body,
                             std::optional<Millis> retry_after = {}) {
  return decode_tokenize({status, body, retry_after}, tokenizing_account(), card_of());
}

template <class Kind>
Kind expect(const ports::TokenizeReply& reply) {
  REQUIRE(std::holds_alternative<Kind>(reply));
  return std::get<Kind>(reply);
}

}  // namespace

TEST_CASE("tokenize: the body is the documented one, and there is no verification value in it") {
  const auto body = compose_tokenize(card_of());
  REQUIRE(body.has_value());
  const auto read = parse_object(*body);
  REQUIRE(read);
  const Json& card = (*read)["payment_method"]["credit_card"];
  CHECK(card["number"] == visa);
  CHECK(card["month"] == "09");
  CHECK(card["year"] == "2030");
  CHECK(card["first_name"] == "Zoë \"Z\"");
  CHECK(card["last_name"] == "O\\Hara");
  CHECK(card.size() == 5);
  CHECK(body->find("verification") == std::string::npos);
  CHECK(body->capacity() < 2 * body->size() + 256);
}

TEST_CASE("tokenize: a name that is no UTF-8 is refused, and anything but digits is our own bug") {
  auto card = card_of();
  card.last_name = "\xff";
  CHECK_FALSE(compose_tokenize(card).has_value());
  CHECK_THROWS(compose_tokenize(card_of("4000 0027 6000 3184")));
  CHECK_THROWS(compose_tokenize(card_of("")));
}

TEST_CASE("tokenize: the target escapes what is in it") {
  auto account = tokenizing_account();
  account.mid = "m&1";
  CHECK(tokenize_target(account) == "tokenize?mid=m%261&environment=a%2Bb%2Fc%3D");
  CHECK(url_unescaped("a%2Bb%2fc%3D") == "a+b/c=");
  CHECK(url_unescaped("100%, %zz %2") == "100%, %zz %2");
}

TEST_CASE("tokenize: a token is read with six first digits or eight, or without") {
  for (const std::string method :
       {R"({"token":"t1","last_four_digits":"3184","first_six_digits":"400000"})",
        R"({"token":"t1","last_four_digits":"3184","first_six_digits":"40000027"})",
        R"({"token":"t1"})"}) {
    CAPTURE(method);
    CHECK(expect<CardToken>(decoded(201, reply_with(method))).token == "t1");
  }
}

TEST_CASE("tokenize: a reply about another card gives no token") {
  for (const std::string method :
       {R"({"token":"t1","last_four_digits":"3185","first_six_digits":"400000"})",
        R"({"token":"t1","last_four_digits":"3184","first_six_digits":"411111"})"}) {
    CAPTURE(method);
    expect<NoAnswer>(decoded(200, reply_with(method)));
  }
}

TEST_CASE("X4: a card number in a token's place is not kept") {
  const std::string echo = reply_with(R"({"token":")" + std::string(visa) + R"("})");
  CHECK(expect<CardRefused>(decoded(200, echo)).why.find(visa) == std::string::npos);
}

TEST_CASE("tokenize: what replies without a token mean") {
  struct Row {
    int status;
    std::string body;
    std::string why;
    char kind;  // refused, slow down, no answer
  };
  const std::string bare = R"({"TraceId":["00-1"],"Number":["The Number is wrong."]})";
  const std::string wrapped = R"({"status":"400","errors":)" + bare + "}";
  const std::string listed = R"({"errors":[{"attribute":"year","message":"Year is expired"}]})";
  const Row table[] = {
      {400, bare, "HTTP 400: Number: The Number is wrong.", 'r'},
      {400, wrapped, "HTTP 400: Number: The Number is wrong.", 'r'},
      {422, listed, "HTTP 422: year; Year is expired", 'r'},
      {400, "", "HTTP 400", 'r'},
      {200, reply_with("{}"), "HTTP 200 (no token)", 'r'},
      {200, R"({"success":false,"errors":["declined"]})", "HTTP 200: declined (no token)", 'r'},
      {200, R"({"transaction":null})", "HTTP 200 (no token)", 'r'},
      {200, "<html>", "HTTP 200 with an unreadable body", 'n'},
      {204, "", "HTTP 204 with an unreadable body", 'n'},
      {302, "", "HTTP 302", 'n'},
      {401, "", "HTTP 401", 'n'},
      {403, R"({"message":"Forbidden"})", "HTTP 403: Forbidden", 'n'},
      {404, "", "HTTP 404", 'n'},
      {429, "", "HTTP 429", 's'},
      {500, "<html>", "HTTP 500", 'n'},
      {503, "", "HTTP 503", 'n'},
  };
  for (const Row& row : table) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    const auto reply = decoded(row.status, row.body);
    if (row.kind == 'r') CHECK(expect<CardRefused>(reply).why == row.why);
    if (row.kind == 's') CHECK(expect<SlowDown>(reply).why == row.why);
    if (row.kind != 'n') continue;
    const auto none = expect<NoAnswer>(reply);
    CHECK(none.why == row.why);
    const bool shut_out = row.status == 401 || row.status == 403;
    CHECK(none.look_at == (shut_out ? credentials : row.status < 500 ? "base_url" : ""));
  }
  const auto later = expect<SlowDown>(decoded(503, "", std::chrono::seconds(9)));
  CHECK(later.retry_after == Millis(9000));
}

TEST_CASE("X4: a card number in FlexFactor's message is not repeated") {
  const std::string body = R"({"message":"4000 0027 6000 3184 is blocked"})";
  CHECK(expect<CardRefused>(decoded(400, body)).why == "HTTP 400: **** **** **** **** is blocked");
}

TEST_CASE("S1: the EnvironmentKey in FlexFactor's message is not repeated, escaped or not") {
  const std::string body =
      R"({"message":"POST /tokenize?environment=a%2Bb%2Fc%3D: a+b/c= a+b/c="})";
  CHECK(expect<NoAnswer>(decoded(404, body)).why ==
        "HTTP 404: POST /tokenize?environment=[hidden]: [hidden] [hidden]");
}

TEST_CASE("simulated: what compose writes is tokenized, and steers the order that follows") {
  Bench bench;
  const auto tokenize = [&](const std::string& number) {
    const auto reply =
        bench.post("tokenize?mid=mid-1&environment=e", *compose_tokenize(card_of(number)));
    return expect<CardToken>(decode_tokenize({reply.status, reply.body, {}}, tokenizing_account(),
                                             card_of(number)))
        .token;
  };
  CHECK(tokenize(visa) == tokenize(visa));
  CHECK(tokenize(visa).starts_with("approve-"));
  CHECK(tokenize("4000020000000000").starts_with("decline-"));
  CHECK(tokenize("4111111111111111").starts_with("token-"));
  CHECK(word(bench.evaluate(tokenize("4000020000000000"), "key-2", "order-2")) == "DECLINED");
  CHECK(bench.sim.statistics().cards == 6);
}

TEST_CASE("simulated: a card or an account that is wrong gets a 400 without the number") {
  auto behaviour = quiet();
  behaviour.environment_key = crypto::Secret("e+1");
  behaviour.mid = "mid-1";
  Bench bench(behaviour);
  const std::string right = *compose_tokenize(card_of());
  CHECK(bench.post("tokenize?mid=mid-1&environment=e%2B1", right).status == 200);
  const auto refused = [&](const std::string& target, const std::string& body) {
    const auto reply = bench.post(target, body);
    CHECK(reply.body.find("40000") == std::string::npos);
    return reply.status == 400;
  };
  CHECK(refused("tokenize?mid=mid-1&environment=e", right));
  CHECK(refused("tokenize?mid=mid-1", right));
  CHECK(refused("tokenize?mid=other&environment=e%2B1", right));
  const std::string target = "tokenize?mid=mid-1&environment=e%2B1";
  CHECK(refused(target, *compose_tokenize(card_of("4000002760003185"))));
  CHECK(refused(target, *compose_tokenize(card_of("400000276000"))));
  CHECK(refused(target, *compose_tokenize(card_of(visa, 2025))));
  CHECK(refused(target, ""));
  CHECK(bench.sim.statistics().cards == 1);
}

TEST_CASE("simulated: faults strike tokenization too") {
  auto bench = struck_by(SimulatedFault::error_429);
  const auto reply = bench.post("tokenize?mid=m&environment=e", *compose_tokenize(card_of()));
  CHECK(reply.status == 429);
  CHECK(http::find_header(reply.headers, "Retry-After").has_value());
}
