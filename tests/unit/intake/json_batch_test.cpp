#include "intake/json_batch.hpp"

#include <doctest/doctest.h>

#include "fixture.hpp"
#include "intake/jsonl.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

constexpr BatchForm form{"declines", 3};

std::string good_json() {
  std::string text = "{";
  for (const auto& [name, value] : good_fields()) {
    text += (text.size() > 1 ? ", \"" : "\"") + name + "\": \"" + value + "\"";
  }
  return text + "}";
}

std::vector<Row> rows_of(const std::string& text) {
  auto rows = read_batch(text, form);
  REQUIRE(rows.has_value());
  return *rows;
}

BatchFault fault_of(const std::string& text) {
  const auto rows = read_batch(text, form);
  REQUIRE_FALSE(rows.has_value());
  return rows.error();
}

template <auto judge_record = &judge_subscription>
auto judged(const std::string& text) {
  const Judge judge;
  const auto rows = rows_of(text);
  REQUIRE(rows.size() == 1);
  return judge_record(rows[0], judge.record_rules());
}

}  // namespace

TEST_CASE("a batch is an object, a list or a wrapped list, and each record reads like JSONL") {
  for (const std::string& text :
       {std::string(R"({"price": 89.950, "s": "a\"},{[", "none": null})"),
        std::string(" [ {\"price\": 89.950, \n\"s\": \"a\\\"},{[\", \"none\": null} ]\n"),
        std::string(R"({ "declines" : [{"price": 89.950, "s": "a\"},{[", "none": null}]})"),
        std::string(R"({"d\u0065clines":[{"price": 89.950, "s": "a\"},{[", "none": null}]})")}) {
    CAPTURE(text);
    const auto rows = rows_of(text);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].damage == "");
    CHECK(rows[0].fields == Fields{{"price", "89.950"}, {"s", "a\"},{["}, {"none", ""}});
  }
  CHECK(rows_of("[]").empty());
  CHECK(rows_of("{\"declines\":[]}").empty());
  const auto three = rows_of(R"([{"a":1},{},{"b":"x,y"}])");
  REQUIRE(three.size() == 3);
  CHECK(three[1].fields.empty());
  CHECK(three[2].line == 2);
  CHECK(three[2].fields == Fields{{"b", "x,y"}});
}

TEST_CASE("what is no JSON, of no known form or too much is said without a word of the text") {
  for (const char* text : {"", "subscription_id=1", "{\"a\":1", "[{\"a\":1}] x", "{'a':1}",
                           "[{\"card\": 4111111111111111 x}]"}) {
    CAPTURE(std::string(text));
    const auto fault = fault_of(text);
    CHECK(fault.kind == BatchFault::Kind::not_json);
    CHECK(fault.what.starts_with("the body is not JSON from character "));
    CHECK(fault.what.find("4111") == std::string::npos);
  }
  CHECK(fault_of(std::string("[{}]\0[{}]", 9)).what == "the body is not JSON from character 5 on");
  for (const char* text : {"7", "\"4111111111111111\"", "null", "{\"declines\": {}}",
                           "{\"declines\": [], \"more\": 1}", "{\"a\": 1, \"declines\": []}"}) {
    CAPTURE(std::string(text));
    const auto fault = fault_of(text);
    CHECK(fault.kind == BatchFault::Kind::wrong_shape);
    CHECK(fault.what.find("{\"declines\": [...]}") != std::string::npos);
    CHECK(fault.what.find("4111") == std::string::npos);
  }
  const auto many = fault_of("[{},{},{},{}]");
  CHECK(many.kind == BatchFault::Kind::too_many);
  CHECK(many.what == "there are 4 records: send at most 3 at a time");
}

TEST_CASE("L20: a record that is no flat object costs itself alone") {
  const auto rows = rows_of(R"([7, {"a": {"b": 1}}, {"a": 1, "a": 2}])");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].damage.find("single value") != std::string::npos);
  CHECK(rows[1].damage.find("\"a\" holds an object") != std::string::npos);
  CHECK(rows[2].damage.find("\"a\" is there twice") != std::string::npos);
  const auto two = rows_of("[{\"a\": \"" + std::string(longest_record, 'x') + "\"}, {\"b\": 1}]");
  CHECK(two[0].damage.find("64 KiB") != std::string::npos);
  CHECK(two[1].damage == "");
}

TEST_CASE("a record of a batch is judged as an import judges its row") {
  const auto good = judged(good_json());
  CHECK(good.problems.empty());
  CHECK(good.id == "sub-1");
  const Judge judge;
  CHECK(good.item == to_subscription(good_fields(), judge.record_rules())->subscription);

  const auto bad = judged(R"({"subscription_id": "sub-2", "gateway_id": "nmi_9", "price": "x"})");
  CHECK(bad.id == "sub-2");
  const Fields same{{"subscription_id", "sub-2"}, {"gateway_id", "nmi_9"}, {"price", "x"}};
  CHECK(bad.problems == to_subscription(same, judge.record_rules()).error());
  CHECK(bad.problems.size() > 3);

  const auto damaged = judged("[[]]");
  REQUIRE(damaged.problems.size() == 1);
  CHECK(damaged.problems[0].field == "");
  CHECK(damaged.problems[0].what.ends_with("write each record as one flat JSON object"));
}

TEST_CASE("an order of a batch is judged as its import judges it, a rerun by its two fields") {
  const Judge judge;
  const auto order = judged<&judge_sale>(
      R"({"order_id": "o-1", "gateway_id": "nmi_1", "status": "cancelled", "amount": 89.95,
          "currency": "USD"})");
  CHECK(order.problems.empty());
  CHECK(order.id == "o-1");
  const Fields same{{"order_id", "o-1"},
                    {"gateway_id", "nmi_1"},
                    {"status", "cancelled"},
                    {"amount", "89.95"},
                    {"currency", "USD"}};
  CHECK(order.item == to_sale(same, judge.record_rules())->sale);
  const auto bad = judged<&judge_sale>(R"({"order_id": "o-2", "amount": "x"})");
  CHECK(bad.id == "o-2");
  const Fields wrong{{"order_id", "o-2"}, {"amount", "x"}};
  CHECK(bad.problems == to_sale(wrong, judge.record_rules()).error());

  const auto rerun = judged<&judge_rerun>(R"({"order_id": "o-1", "gateway_id": "ff"})");
  CHECK(rerun.id == "o-1");
  CHECK(rerun.item == RerunRecord{SaleId("o-1"), GatewayId("ff")});
  const auto nested = judged<&judge_rerun>(R"([["o-1"]])");
  REQUIRE(nested.problems.size() == 1);
  CHECK(nested.problems[0].field == "");
  for (const auto& id : {judged<&judge_sale>("{\"order_id\": \"" + std::string(visa) + "\"}").id,
                         judged<&judge_rerun>("{\"order_id\": " + std::string(visa) + "}").id}) {
    CHECK(id == "411111******1111");
  }
}

TEST_CASE("X4: a card number in whatever field refuses its record and is masked in what is said") {
  for (const char* field : {"first_name", "subscription_id", "card_token", "card_number", "note",
                            "4111 1111 1111 1111"}) {
    CAPTURE(std::string(field));
    const auto record = judged("{\"subscription_id\": \"s\", \"" + std::string(field) +
                               "x\": \"\\u0034111-1111 1111 1111\"}");
    REQUIRE_FALSE(record.problems.empty());
    for (const FieldProblem& problem : record.problems) {
      CHECK(problem.what.find("1111 1111") == std::string::npos);
      CHECK(problem.field.find("1111 1111") == std::string::npos);
    }
  }
  const auto as_id = judged("{\"subscription_id\": \"" + std::string(visa) + "\"}");
  CHECK(as_id.id == "411111******1111");
  CHECK(as_id.problems.at(0).field == "subscription_id");
  const auto nested = judged("[{\"" + std::string(visa) + "\": []}]");
  CHECK(nested.problems.at(0).what.find(visa) == std::string::npos);
}

}  // namespace recycled::intake
