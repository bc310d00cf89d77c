// Every combination of HTTP status, order named, envelope, status word and form of the body that a
// reply to evaluate can have, against an expectation that is written for people and shares nothing
// with the table in decode.cpp.
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "flexfactor/codec.hpp"
#include "flexfactor/json.hpp"

using namespace recycled;
using namespace recycled::flexfactor;
using billing::Reason;
namespace outcome = billing::outcome;

namespace {

const OrderId ours("8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d");

// The ends of every class, and each code that is treated on its own.
constexpr int http_codes[] = {0,   100, 199, 200, 299, 300, 399, 400, 401,
                              404, 408, 409, 429, 499, 500, 599, 600};

// JSON as it stands after `"success":`; "-" leaves the member out.
constexpr std::string_view successes[] = {"true", "false", "null", "-", "\"false\"", "0", "{}"};

// And after `"status":`.
constexpr std::string_view words[] = {R"("SUBMITTED")",
                                      R"("PROCESSING")",
                                      R"("APPROVED")",
                                      R"("Approved")",
                                      R"("DECLINED")",
                                      R"("CHALLENGE")",
                                      R"("EXPIRED")",
                                      R"("CANCELLED")",
                                      R"("RETURNED")",
                                      R"("CAPTUREREQUIRED")",
                                      R"("400")",
                                      R"("APPROVED ")",
                                      R"("")",
                                      R"(["APPROVED"])",
                                      "7",
                                      "7.5",
                                      "null",
                                      R"({"a":"b"})",
                                      "-"};

// Whose order the reply names.
struct Naming {
  std::string_view members;  // of the body, each with a comma behind
  bool foreign = false;
};
constexpr Naming namings[] = {
    {"", false},
    {R"("orderId":"their-1","orderSessionKey":"their-1",)", false},
    {R"("orderId":"8D3B2C1E-5F64-8A7B-9C8D-0E1F2A3B4C5D","orderSessionKey":"their-1",)", false},
    {R"("orderId":"their-1","orderSessionKey":"8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d",)", false},
    {R"("orderId":"their-1","externalOrderId":"8d3b2c1e-5f64-8a7b-9c8d-0e1f2a3b4c5d",)", false},
    {R"("orderId":null,"orderSessionKey":12,"externalOrderId":{},)", false},
    {R"("orderId":"their-1","orderSessionKey":"their-2",)", true},
    {R"("orderId":"their-1","externalOrderId":"somebody-elses",)", true},
    {R"("ExternalOrderId":"somebody-elses",)", true},
};

// What is put around the members. `whole`: it is the object that was meant.
struct Form {
  const char* name;
  std::string (*make)(const std::string& members);
  bool whole = false;
};

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

const Form forms[] = {
    {"object", [](const std::string& m) { return "{" + m + "\"end\":0}"; }, true},
    {"spaced", [](const std::string& m) { return " \r\n\t{" + m + "\"end\":0} \n"; }, true},
    {"byte order mark", [](const std::string& m) { return "\xef\xbb\xbf{" + m + "\"end\":0}"; },
     true},
    {"400 wrapped",
     [](const std::string& m) { return "{" + m + R"("errors":{"Mid":["is wrong"]}})"; }, true},
    {"items",
     [](const std::string& m) { return "{" + m + R"("errors":[{"item1":"E","item2":null}]})"; },
     true},
    {"very long",
     [](const std::string& m) { return "{" + m + "\"x\":\"" + std::string(300'000, 'x') + "\"}"; },
     true},
    {"array", [](const std::string& m) { return "[{" + m + "\"end\":0}]"; }},
    {"truncated", [](const std::string& m) { return "{" + m + "\"end\":"; }},
    {"two objects", [](const std::string& m) { return "{" + m + "\"end\":0}{}"; }},
    {"member twice", [](const std::string& m) { return "{" + m + "\"end\":0,\"end\":0}"; }},
    {"status twice",
     [](const std::string& m) { return "{\"status\":1,\"status\":2," + m + "\"end\":0}"; }},
    {"deep",
     [](const std::string& m) {
       return "{" + m + "\"x\":" + repeated("[", 100'000) + repeated("]", 100'000) + "}";
     }},
    {"deep objects", [](const std::string& m) { return "{" + m + repeated("\"x\":{", 50'000); }},
    {"not UTF-8", [](const std::string& m) { return "{" + m + "\"x\":\"\xff\xfe\"}"; }},
    {"number out of range", [](const std::string& m) { return "{" + m + "\"x\":1e999}"; }},
    {"in a text", [](const std::string&) { return std::string(R"("{\"status\":\"APPROVED\"}")"); }},
    {"empty", [](const std::string&) { return std::string(); }},
    {"null", [](const std::string&) { return std::string("null"); }},
    {"number", [](const std::string&) { return std::string("7"); }},
    {"a NUL", [](const std::string&) { return std::string(1, '\0'); }},
    {"HTML", [](const std::string&) { return std::string("<html><h1>Welcome</h1></html>"); }},
    {"plain", [](const std::string&) { return std::string("APPROVED"); }},
};

// --- what is to be expected ---

std::string expected_of_word(std::string_view success, std::string_view word) {
  const bool accepted = success == "true" || success == "null" || success == "-";
  const bool rejected = success == "false";
  if (!accepted && !rejected) return "strange_reply";
  if (word == R"("DECLINED")") return "declined";
  if (word == R"("EXPIRED")") return "expired";
  if (word == R"("CANCELLED")") return "cancelled_by_provider";
  if (word == R"("CHALLENGE")") return "challenge";
  if (word == R"("CAPTUREREQUIRED")") return "capture_required";
  const bool none = word == R"("")" || word == "null" || word == "-";
  if (none) return rejected ? "refused" : "unknown";
  if (rejected) return "strange_reply";
  if (word == R"("APPROVED")" || word == R"("Approved")") return "approved";
  const bool taken = word == R"("SUBMITTED")" || word == R"("PROCESSING")";
  return taken ? "pending" : "strange_reply";
}

std::string expected(int code, const Form& form, const Naming& naming, std::string_view success,
                     std::string_view word) {
  const bool foreign = form.whole && naming.foreign;
  if (code == 401 || code == 429) return "not_sent";
  if (code < 200 || code >= 500 || code == 408) return "unknown";
  if (code >= 300 && code < 400) return "unknown";
  if (code == 409) return "unknown";
  if (foreign) return "unknown";
  if (code >= 400) return "refused";
  return form.whole ? expected_of_word(success, word) : "unknown";
}

std::string found(const billing::Outcome& outcome) {
  if (const auto* declined = std::get_if<outcome::Declined>(&outcome)) {
    return std::string(to_text(declined->reason));
  }
  if (const auto* refused = std::get_if<outcome::Refused>(&outcome)) {
    return std::string(to_text(refused->reason));
  }
  return std::string(billing::name_of(outcome));
}

std::string members_of(const Naming& naming, std::string_view success, std::string_view word) {
  std::string members(naming.members);
  if (success != "-") members += "\"success\":" + std::string(success) + ",";
  if (word != "-") members += "\"status\":" + std::string(word) + ",";
  return members;
}

std::size_t length_of_words(const billing::Outcome& outcome) {
  if (const auto* refused = std::get_if<outcome::Refused>(&outcome)) return refused->message.size();
  if (const auto* unknown = std::get_if<outcome::Unknown>(&outcome)) return unknown->why.size();
  return 0;
}

// Counts what differs, and names the first few: a million assertions would take minutes.
class Differences {
 public:
  void compare(const std::string& wanted, const std::string& got, const std::string& where) {
    ++compared_;
    if (wanted == got) return;
    if (++differ_ <= 10) MESSAGE(where, ": ", got, " instead of ", wanted);
  }
  int compared() const { return compared_; }
  int differ() const { return differ_; }

 private:
  int compared_ = 0;
  int differ_ = 0;
};

}  // namespace

TEST_CASE("evaluate: every combination of code, order, envelope, word and form") {
  Differences differences;
  for (const Form& form : forms) {
    // A large body costs time and says nothing new with every word, a fixed one has none.
    const bool fixed = form.make("") == form.make("x") || form.make("").size() > 10'000;
    for (const Naming& naming : namings) {
      for (const auto success : successes) {
        for (const auto word : words) {
          if (fixed && (success != "true" || word != R"("APPROVED")")) continue;
          const std::string body = form.make(members_of(naming, success, word));
          for (const int code : http_codes) {
            const auto reply = decode_evaluate({code, body, std::nullopt}, ours);
            const std::string where = std::to_string(code) + " " + form.name + " {" +
                                      members_of(naming, success, word) + "}";
            differences.compare(expected(code, form, naming, success, word), found(reply.outcome),
                                where);
            if (length_of_words(reply.outcome) > 1000) FAIL(where);
            if (reply.provider_order && (naming.foreign || code / 100 != 2)) FAIL(where);
          }
        }
      }
    }
  }
  CHECK(differences.compared() > 200'000);
  CHECK(differences.differ() == 0);
}

TEST_CASE("evaluate: a reply about another order says which") {
  const auto why = [](const std::string& members) {
    const auto reply = decode_evaluate({200, "{" + members + R"("status":"APPROVED"})", {}}, ours);
    REQUIRE(std::holds_alternative<outcome::Unknown>(reply.outcome));
    CHECK_FALSE(reply.provider_order);
    return std::get<outcome::Unknown>(reply.outcome).why;
  };
  CHECK(why(R"("externalOrderId":"other",)") == "the reply is about order other");
  CHECK(why(R"("orderId":"a","orderSessionKey":"b",)") == "the reply names two orders, a and b");
}

TEST_CASE("evaluate: what a 409 says is as the dialect has it") {
  Dialect dialect;
  dialect.repeat_conflict = RepeatConflict::refused;
  const auto reply = decode_evaluate({409, R"({"message":"used before"})", {}}, ours, dialect);
  CHECK(reply.outcome ==
        billing::Outcome(outcome::Refused{Reason::refused, "HTTP 409: used before"}));
  // Somebody else's conflict is none of ours.
  const std::string foreign = R"({"externalOrderId":"other","message":"used before"})";
  CHECK(found(decode_evaluate({409, foreign, {}}, ours, dialect).outcome) == "unknown");
}

TEST_CASE("json: what no honest peer sends is not read, and costs no stack") {
  CHECK(parse_json(R"({"a":{"b":[{"c":1},{"c":1}]}})"));
  CHECK_FALSE(parse_json(R"({"a":1,"a":1})"));
  CHECK_FALSE(parse_json(R"([{"a":{"b":1,"b":2}}])"));
  CHECK(parse_json(repeated("[", 32) + repeated("]", 32)));
  CHECK_FALSE(parse_json(repeated("[", 33) + repeated("]", 33)));
  CHECK_FALSE(parse_json(repeated("[", 1'000'000)));
  CHECK_FALSE(parse_json(repeated("{\"a\":", 1'000'000)));
  const auto wide = [](int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += "\"" + std::to_string(i) + "\":0,";
    return text + "\"end\":0}";
  };
  CHECK(parse_json(wide(999)));
  CHECK_FALSE(parse_json(wide(1000)));
}
