#include "rest/answers.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "rest/batch.hpp"

namespace recycled::rest {
namespace {

nlohmann::json read(const http::Response& response) {
  CHECK(http::find_header(response.headers, "Content-Type") == "application/json");
  return nlohmann::json::parse(response.body);
}

nlohmann::json text(const char* json) { return nlohmann::json::parse(json); }

BatchAnswer answer(std::vector<Item> items) {
  return {"thing_id", {"inserted", "updated"}, std::move(items), {"colour"}};
}

const Item good{"T-1", "inserted", {}};
const Item bad{"T-2", "", {{"price", "is 'x': write a decimal"}, {"", "and more"}}};

}  // namespace

TEST_CASE("every error has one shape, whatever is in its words") {
  const auto named = refusal(404, {"not_found", "no \"such\" thing\n\xFF", "id"});
  CHECK(named.status == 404);
  CHECK(read(named) == text(R"({"error": {"code": "not_found",
    "message": "no \"such\" thing\n\ufffd", "field": "id"}})"));
  CHECK(read(refusal(404, {"not_found", "none", ""})) ==
        text(R"({"error": {"code": "not_found", "message": "none"}})"));
  CHECK(server_refusal(413, "the body is too large").status == 413);
  for (const auto& [status, code] :
       std::vector<std::pair<int, std::string>>{{400, "bad_request"},
                                                {408, "timeout"},
                                                {413, "too_large"},
                                                {431, "header_too_large"},
                                                {500, "internal"}}) {
    CHECK(read(server_refusal(status, "why"))["error"]["code"] == code);
  }
}

TEST_CASE("a body counts as JSON by its declared type, or when none is declared") {
  const auto declared = [](const char* type) {
    http::Request request;
    request.headers = {{"content-type", type}};
    return is_declared_json(request);
  };
  CHECK(is_declared_json({}));
  CHECK(declared("application/json"));
  CHECK(declared("Application/JSON; charset=utf-8"));
  CHECK(declared("application/json;charset=utf-8"));
  CHECK_FALSE(declared("application/x-www-form-urlencoded"));
  CHECK_FALSE(declared("text/plain"));
  CHECK_FALSE(declared("application/jsonl"));
}

TEST_CASE("a batch is answered 200, 207 or 422, each item in its place and all counted") {
  const auto all_good = to_response(answer({good}));
  CHECK(all_good.status == 200);
  CHECK(read(all_good) == text(R"({
    "items": [{"index": 0, "thing_id": "T-1", "result": "inserted"}],
    "counts": {"read": 1, "inserted": 1, "updated": 0, "rejected": 0},
    "unknown_fields": ["colour"]})"));
  CHECK(to_response(answer({})).status == 200);

  const auto mixed = to_response(answer({good, bad}));
  CHECK(mixed.status == 207);
  const auto body = read(mixed);
  CHECK_FALSE(body.contains("error"));
  CHECK(body["items"][1] == text(R"({"index": 1, "thing_id": "T-2", "result": "rejected",
    "reasons": [{"field": "price", "message": "is 'x': write a decimal"},
                {"field": null, "message": "and more"}]})"));
  CHECK(body["counts"] == text(R"({"read": 2, "inserted": 1, "updated": 0, "rejected": 1})"));
}

TEST_CASE("a batch of which nothing was taken has the shape of an error too") {
  const auto response = to_response(answer({bad, bad}));
  CHECK(response.status == 422);
  const auto body = read(response);
  CHECK(body["error"] == text(R"({"code": "rejected", "field": "price",
    "message": "price is 'x': write a decimal"})"));
  CHECK(body["counts"]["rejected"] == 2);
  const Item nameless{"", "", {{"", "it is a list"}}};
  const auto whole = read(to_response(answer({nameless})));
  CHECK(whole["error"] == text(R"({"code": "rejected", "message": "it is a list"})"));
  CHECK(whole["items"][0]["thing_id"].is_null());
}

TEST_CASE("an item that is refused says why in three parts, and counts as not taken") {
  const Item taken{"T-1", "inserted", {}, {}, {{"gateway", "ff"}, {"amount", "1.00"}}};
  const Item full{"T-2", "", {}, Refused{"hard_decline", "it is hard", "code 04"}};
  const Item bare{"T-3", "", {}, Refused{"complete", "it is paid", ""}};
  auto some = answer({taken, full, bare, bad});
  some.refusals = Refusals::counted;
  const auto response = to_response(some);
  CHECK(response.status == 207);
  const auto body = read(response);
  CHECK(body["items"][0] == text(R"({"index": 0, "thing_id": "T-1", "result": "inserted",
    "gateway": "ff", "amount": "1.00"})"));
  CHECK(body["items"][1] == text(R"({"index": 1, "thing_id": "T-2", "result": "refused",
    "reason": "hard_decline", "message": "it is hard", "detail": "code 04"})"));
  CHECK(body["items"][2]["detail"].is_null());
  CHECK(body["items"][3]["result"] == "rejected");
  CHECK(body["counts"] ==
        text(R"({"read": 4, "inserted": 1, "updated": 0, "refused": 2, "rejected": 1})"));

  const auto none = to_response(answer({full, bad}));
  CHECK(none.status == 422);
  CHECK(read(none)["error"]["code"] == "hard_decline");
  CHECK(read(none)["error"]["message"] == "it is hard (code 04)");
  CHECK(read(to_response(answer({bare})))["error"]["message"] == "it is paid");
}

}  // namespace recycled::rest
