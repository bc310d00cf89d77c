#include <doctest/doctest.h>

#include "flexfactor/codec.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using billing::News;
using billing::Reason;
using billing::Withdrawal;
namespace outcome = billing::outcome;

namespace {

const OrderId ours("8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d");
const ProviderOrderId theirs("X");

std::string enveloped(const std::string& success, const std::string& status) {
  return R"({"orderSessionKey":"their-1","orderId":"their-1","senseKey":null,"success":)" +
         success + R"(,"result":null,"status":)" + status +
         R"(,"statusCode":null,"errors":[],"customProperties":{}})";
}

billing::Outcome outcome_of(int status, const std::string& body) {
  return decode_evaluate({status, body, std::nullopt}, ours).outcome;
}

template <class Kind>
Kind expect(const billing::Outcome& outcome) {
  REQUIRE(std::holds_alternative<Kind>(outcome));
  return std::get<Kind>(outcome);
}

}  // namespace

TEST_CASE("evaluate: status words under a 2xx in any case") {
  const std::string strange = "strange";
  struct Case {
    const char* success;
    const char* status;
    billing::Outcome meant;
  };
  const Case cases[] = {
      {"true", R"("SUBMITTED")", outcome::Pending{}},
      {"true", R"("Processing")", outcome::Pending{}},
      {"true", R"("APPROVED")", outcome::Approved{}},
      {"true", R"("approved")", outcome::Approved{}},
      {"null", R"("Approved")", outcome::Approved{}},
      {"true", R"("DECLINED")", outcome::Declined{Reason::declined}},
      {"false", R"("DECLINED")", outcome::Declined{Reason::declined}},
      {"true", R"("EXPIRED")", outcome::Declined{Reason::expired}},
      {"true", R"("CANCELLED")", outcome::Declined{Reason::cancelled_by_provider}},
      {"true", R"("CHALLENGE")",
       outcome::Refused{Reason::challenge, "the payer would have to act"}},
      {"true", R"("CaptureRequired")",
       outcome::Refused{Reason::capture_required, "authorised, not captured"}},
      {"true", R"("SHIPPED")", outcome::Refused{Reason::strange_reply, "status word 'SHIPPED'"}},
      {"true", R"("APPROVED ")",
       outcome::Refused{Reason::strange_reply, "status word 'APPROVED '"}},
      {"true", "7", outcome::Refused{Reason::strange_reply, "status word '7'"}},
      {"false", R"("APPROVED")",
       outcome::Refused{Reason::strange_reply, "status word 'APPROVED' with success false"}},
      {"false", R"("SUBMITTED")",
       outcome::Refused{Reason::strange_reply, "status word 'SUBMITTED' with success false"}},
      {"false", "null", outcome::Refused{Reason::refused, "HTTP 200"}},
      {"true", "null", outcome::Unknown{"HTTP 200 without a status", std::nullopt}},
  };
  for (const auto& row : cases) {
    CAPTURE(row.success);
    CAPTURE(row.status);
    CHECK(outcome_of(200, enveloped(row.success, row.status)) == row.meant);
    // What the word says does not depend on which 2xx it came under.
    if (!std::holds_alternative<outcome::Unknown>(row.meant) &&
        row.status != std::string_view("null")) {
      CHECK(outcome_of(202, enveloped(row.success, row.status)) == row.meant);
    }
  }
}

TEST_CASE("L3: a 2xx that cannot be read is unknown and never a decline") {
  for (const char* body : {"", "<html>ok</html>", R"({"status":"APPRO)", "[]", "null", "\"OK\""}) {
    CAPTURE(body);
    CHECK(expect<outcome::Unknown>(outcome_of(200, body)).why ==
          "HTTP 200 with an unreadable body");
  }
}

TEST_CASE("evaluate: HTTP codes") {
  enum class Kind { refused, not_sent, unknown };
  const std::pair<int, Kind> cases[] = {
      {301, Kind::unknown}, {400, Kind::refused},  {401, Kind::not_sent}, {402, Kind::refused},
      {403, Kind::refused}, {404, Kind::refused},  {408, Kind::unknown},  {409, Kind::unknown},
      {422, Kind::refused}, {429, Kind::not_sent}, {500, Kind::unknown},  {502, Kind::unknown},
      {503, Kind::unknown}, {504, Kind::unknown},  {599, Kind::unknown},  {0, Kind::unknown},
  };
  for (const auto& [status, kind] : cases) {
    CAPTURE(status);
    // The words of a body under an error code are not believed.
    const auto outcome = outcome_of(status, enveloped("true", R"("APPROVED")"));
    switch (kind) {
      case Kind::refused:
        CHECK(expect<outcome::Refused>(outcome).reason == Reason::refused);
        break;
      case Kind::not_sent:
        expect<outcome::NotSent>(outcome);
        break;
      case Kind::unknown:
        expect<outcome::Unknown>(outcome);
        break;
    }
  }
}

TEST_CASE("evaluate: Retry-After goes along with not sent and unknown") {
  const Millis wait = std::chrono::seconds(7);
  CHECK(expect<outcome::NotSent>(decode_evaluate({429, "", wait}, ours).outcome).retry_after ==
        wait);
  CHECK(expect<outcome::Unknown>(decode_evaluate({503, "", wait}, ours).outcome).retry_after ==
        wait);
}

TEST_CASE("evaluate: both forms of a 400 give message and TraceId") {
  const std::string fields =
      R"({"TraceId":["00-abc-01"],"Transaction.AvsResultCode":["The field is required."],)"
      R"("Mid":["One.","Two."]})";
  for (const auto& body : {fields, R"({"status":"400","errors":)" + fields + "}"}) {
    CAPTURE(body);
    const auto reply = decode_evaluate({400, body, std::nullopt}, ours);
    CHECK(expect<outcome::Refused>(reply.outcome).message ==
          "HTTP 400: Transaction.AvsResultCode: The field is required.; Mid: One.; Two.");
    CHECK(reply.trace == "00-abc-01");
  }
}

TEST_CASE("evaluate: other error bodies are read as far as they go") {
  const auto message = [](const char* body) {
    return expect<outcome::Refused>(outcome_of(422, body)).message;
  };
  CHECK(message(R"({"errors":[{"item1":"E1","item2":"no such site","item3":null}]})") ==
        "HTTP 422: E1; no such site");
  CHECK(message(R"({"errors":["first","second"]})") == "HTTP 422: first; second");
  CHECK(message(R"({"title":"Conflict"})") == "HTTP 422: Conflict");
  CHECK(message("<html>") == "HTTP 422");
  CHECK(message(R"({"TraceId":["00-abc-01"]})") == "HTTP 422");
  CHECK(message("") == "HTTP 422");
}

TEST_CASE("evaluate: an endless message is cut between two characters") {
  std::string word;
  for (int i = 0; i < 1000; ++i) word += "\xc3\xa9";
  const std::string body = R"({"title":")" + word + R"("})";
  const auto message = expect<outcome::Refused>(outcome_of(400, body)).message;
  CHECK(message.size() <= 420);
  CHECK(message.ends_with("\xc3\xa9"));
}

TEST_CASE("evaluate: orderId of the reply is FlexFactor's") {
  const auto id_in = [](const std::string& body) {
    return decode_evaluate({200, body, std::nullopt}, ours).provider_order;
  };
  CHECK(id_in(R"({"orderId":"their-1","orderSessionKey":"their-1","status":"SUBMITTED"})") ==
        ProviderOrderId("their-1"));
  CHECK(id_in(R"({"orderSessionKey":"their-2","status":"SUBMITTED"})") ==
        ProviderOrderId("their-2"));
  CHECK(id_in(R"({"orderId":7,"status":"SUBMITTED"})") == std::nullopt);
  CHECK(id_in(R"({"orderId":")" + std::string(129, 'x') + R"(","status":"SUBMITTED"})") ==
        std::nullopt);
  CHECK(id_in(R"({"orderId":"8D3B2C1E-5F64-8A7B-9C8D-0E1F2A3B4C5D",)"
              R"("orderSessionKey":"their-3","status":"SUBMITTED"})") ==
        ProviderOrderId("their-3"));
  CHECK(id_in(R"({"status":"SUBMITTED"})") == std::nullopt);
  CHECK(id_in(R"({"orderId":"","status":"SUBMITTED"})") == std::nullopt);
}

TEST_CASE("inquiry: a reply about another order, or about none, is no answer") {
  const auto reply = [](const char* body) { return decode_inquiry({200, body, {}}, theirs); };
  CHECK(reply(R"({"id":"y","status":7})").news == std::nullopt);
  CHECK(reply(R"({"id":"y","status":7})").word == "the reply is about order y");
  CHECK(reply(R"({"status":7})").word == "the reply names no order");
  CHECK(reply(R"({"ID":"x","status":7})").news == News::completed);
  CHECK(reply(R"({"orderId":"x","status":7})").news == News::completed);
}

TEST_CASE("inquiry: what nobody documents is as the dialect says") {
  Dialect dialect;
  dialect.unknown_order_code = 400;
  dialect.expired_word = "Lapsed";
  const auto news = [&dialect](int status, const char* body) {
    return decode_inquiry({status, body, {}}, theirs, dialect).news;
  };
  CHECK(news(400, "") == News::not_found);
  CHECK(news(404, "") == std::nullopt);
  CHECK(news(410, "") == News::not_found);
  CHECK(news(200, R"({"id":"x","status":2,"statusName":"LAPSED"})") == News::expired);
  CHECK(news(200, R"({"id":"x","statusName":"EXPIRED"})") == News::strange);
}

TEST_CASE("inquiry: POST outcome speaks the words of evaluate") {
  const auto news = [](const std::string& word) {
    const std::string body = R"({"orderId":"x","orderSessionKey":"x","status":")" + word + "\"}";
    return decode_outcome({200, body, {}}, theirs).news;
  };
  CHECK(news("APPROVED") == News::completed);
  CHECK(news("DECLINED") == News::cancelled);
  CHECK(news("EXPIRED") == News::expired);
  CHECK(news("CANCELLED") == News::cancelled);
  CHECK(news("SUBMITTED") == News::still_open);
  CHECK(news("processing") == News::still_open);
  CHECK(news("CHALLENGE") == News::challenge);
  CHECK(news("CAPTUREREQUIRED") == News::capture_required);
  CHECK(news("RETURNED") == News::refunded);
  CHECK(news("PONDERING") == News::strange);
  CHECK(news("") == std::nullopt);
}

TEST_CASE("inquiry: number and name of the order status") {
  struct Case {
    const char* body;
    News news;
  };
  const Case cases[] = {
      {R"({"id":"x","status":0,"statusName":"DRAFT"})", News::still_open},
      {R"({"id":"x","status":1,"statusName":"OnHold"})", News::still_open},
      {R"({"id":"x","status":2,"statusName":"CANCELLED"})", News::cancelled},
      {R"({"id":"x","status":3,"statusName":"Problem"})", News::problem},
      {R"({"id":"x","status":4,"statusName":"PROCESSING"})", News::still_open},
      {R"({"id":"x","status":5,"statusName":"CAPTUREREQUIRED"})", News::capture_required},
      {R"({"id":"x","status":6,"statusName":"Returned"})", News::refunded},
      {R"({"id":"x","status":7,"statusName":"COMPLETED"})", News::completed},
      {R"({"id":"x","status":7})", News::completed},
      {R"({"id":"x","status":"7"})", News::completed},
      {R"({"id":"x","status":"Completed"})", News::completed},
      {R"({"id":"x","statusName":"completed"})", News::completed},
      {R"({"id":"x","statusName":"EXPIRED"})", News::expired},
      {R"({"id":"x","status":2,"statusName":"Expired"})", News::expired},
      {R"({"id":"x","status":4,"statusName":"EXPIRED"})", News::expired},
      {R"({"id":"x","status":7,"statusName":"EXPIRED"})", News::strange},
      {R"({"id":"x","status":7,"statusName":"CANCELLED"})", News::strange},
      {R"({"id":"x","status":8})", News::strange},
      {R"({"id":"x","status":-1})", News::strange},
      {R"({"id":"x","status":7.5})", News::strange},
      {R"({"id":"x","status":4,"statusName":"PONDERING"})", News::strange},
      {R"({"id":"x","statusName":"PONDERING"})", News::strange},
  };
  for (const auto& row : cases) {
    CAPTURE(row.body);
    CHECK(decode_inquiry({200, row.body, std::nullopt}, theirs).news == row.news);
  }
  CHECK(decode_inquiry({200, cases[7].body, std::nullopt}, theirs).word == "COMPLETED (7)");
}

TEST_CASE("inquiry: only an answer about the order is an answer") {
  const Millis wait = std::chrono::seconds(3);
  const auto news = [wait](int status, const char* body) {
    return decode_inquiry({status, body, wait}, theirs).news;
  };
  CHECK(news(404, "") == News::not_found);
  CHECK(news(410, "") == News::not_found);
  CHECK_FALSE(news(400, R"({"title":"?"})").has_value());
  for (const int status : {301, 401, 403, 408, 429, 500, 503}) {
    CAPTURE(status);
    CHECK(news(status, R"({"status":7})") == std::nullopt);
  }
  CHECK(news(200, "") == std::nullopt);
  CHECK(news(200, "{}") == std::nullopt);
  CHECK(news(200, "<html>") == std::nullopt);
  CHECK(decode_inquiry({429, "", wait}, theirs).retry_after == wait);
}

TEST_CASE("withdraw: an empty or empty-object 2xx is taken and a 4xx is a no") {
  const auto result = [](int status, const char* body) {
    const auto external = decode_external_cancel({status, body, std::nullopt}, ours).result;
    const auto cancel = decode_cancel({status, body, std::nullopt}, theirs).result;
    CHECK(external == cancel);
    return cancel;
  };
  CHECK(result(200, "") == Withdrawal::accepted);
  CHECK(result(204, "") == Withdrawal::accepted);
  CHECK(result(200, "{}") == Withdrawal::accepted);
  CHECK(result(200, R"({"success":false})") == Withdrawal::refused);
  CHECK(result(200, "<html>") == Withdrawal::unavailable);
  for (const int status : {400, 403, 409, 422}) CHECK(result(status, "") == Withdrawal::refused);
  for (const int status : {404, 410}) CHECK(result(status, "") == Withdrawal::not_found);
  for (const int status : {302, 401, 408, 429, 500, 503}) {
    CAPTURE(status);
    CHECK(result(status, "{}") == Withdrawal::unavailable);
  }
}

TEST_CASE("withdraw: a reply about another order is none, and a cancel is safe to repeat") {
  const auto about = [](const char* body) {
    return decode_cancel({200, body, std::nullopt}, theirs);
  };
  CHECK(about(R"({"id":"y"})").result == Withdrawal::unavailable);
  CHECK(about(R"({"id":"y"})").message == "the reply is about order y");
  CHECK(about(R"({"id":"x"})").result == Withdrawal::accepted);
  const auto external = [](const char* body) {
    return decode_external_cancel({200, body, std::nullopt}, ours).result;
  };
  CHECK(external(R"({"externalOrderId":"other"})") == Withdrawal::unavailable);
  CHECK(external(R"({"id":"theirs-which-we-never-heard-of"})") == Withdrawal::accepted);
}

TEST_CASE("token: access token and end in milliseconds") {
  const Instant now = from_millis(1'000'000);
  const auto token = decode_token({200, R"({"accessToken":"a.b.c","expires":1600000})", {}}, now);
  REQUIRE(token);
  CHECK(token->access.reveal() == "a.b.c");
  CHECK(token->expires_at == from_millis(1'600'000));
  const auto endless = decode_token({200, R"({"accessToken":"a.b.c"})", {}}, now);
  REQUIRE(endless);
  CHECK(endless->expires_at == now + std::chrono::minutes(10));
  for (const char* expires :
       {"-9223372036854775808", "9223372036854775807", "1e300", "\"never\""}) {
    CAPTURE(expires);
    const std::string body = R"({"accessToken":"a.b.c","expires":)" + std::string(expires) + "}";
    const auto absurd = decode_token({200, body, {}}, now);
    REQUIRE(absurd);
    CHECK(absurd->expires_at >= now - std::chrono::minutes(10));
    CHECK(absurd->expires_at <= now + std::chrono::hours(24));
  }
  CHECK_FALSE(decode_token({200, R"({"accessToken":""})", {}}, now));
  CHECK_FALSE(decode_token({200, "", {}}, now));
  const auto wrong = decode_token({400, R"({"AppKey":["is wrong"]})", {}}, now);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().why == "HTTP 400: AppKey: is wrong");
}
