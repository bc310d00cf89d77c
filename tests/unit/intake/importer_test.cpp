#include "intake/importer.hpp"

#include <doctest/doctest.h>

#include "import_outcome.hpp"
#include "intake/import_json.hpp"

namespace recycled::intake {

using namespace fixture;

namespace {

const std::string header =
    "subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at,"
    "reattempts_made,last_attempt_at,decline_code,decline_message,card_token,first_name";

std::string line(const std::string& id, const std::string& price = "89.95",
                 const std::string& name = "Ann") {
  return id + ",nmi_1,recycle_billing,4," + price +
         ",USD,30d,2026-11-20,3,2026-11-22T10:00:00Z,51,Insufficient funds,tok-1," + name;
}

Outcome import_lines(const std::string& text, const ImportSetting& setting = {}) {
  return import_text(What::subscriptions, text, setting);
}

}  // namespace

TEST_CASE("L20: bad records are listed with line and reason and the good ones go in") {
  const std::string text = header + "\n" + line("a") + "\n" + line("b", "12.345") + "\n" +
                           line("c") + "\nshort,row\n" + line("d", "1.00", "Ren\xE9") + "\n" +
                           line("e", "1.00", std::string(1024 * 1024, 'x')) + "\n" + line("f") +
                           "\n";
  const Outcome outcome = import_lines(text);
  REQUIRE(outcome.summary.has_value());
  CHECK(outcome.taken == std::vector<std::string>{"a", "c", "f"});
  CHECK(outcome.summary->read == 7);
  CHECK(outcome.summary->accepted == 3);
  CHECK(outcome.summary->rejected == 4);
  REQUIRE(outcome.rejects.size() == 4);
  CHECK(outcome.rejects[0].line == 3);
  CHECK(outcome.rejects[0].reason.find("price") == 0);
  CHECK(outcome.rejects[0].record == line("b", "12.345"));
  CHECK(outcome.rejects[1].line == 5);
  CHECK(outcome.rejects[2].reason.find("first_name is not UTF-8") == 0);
  CHECK(outcome.rejects[3].record.empty());
}

TEST_CASE("rows go to the sink in batches and the last one may be short") {
  std::string text = header + "\r\n";
  for (int i = 0; i < 7; ++i) text += line("s" + std::to_string(i)) + "\r\n";
  const Outcome outcome = import_lines(text, {.batch = 3});
  CHECK(outcome.batches == std::vector<std::size_t>{3, 3, 1});
  CHECK(outcome.progress == 3);
  CHECK(outcome.taken.size() == 7);
}

TEST_CASE("a sink that fails ends the import and what it took stays taken") {
  std::string text = header + "\n";
  for (int i = 0; i < 7; ++i) text += line("s" + std::to_string(i)) + "\n";
  const Outcome outcome = import_lines(text, {.batch = 3, .failing_batch = 1});
  REQUIRE_FALSE(outcome.summary.has_value());
  CHECK(outcome.summary.error().fault == Fault::store);
  CHECK(outcome.taken.size() == 3);
}

TEST_CASE("a header without required columns is refused as a whole") {
  const Outcome outcome = import_lines("subscription_id,status,price\na,active,1.00\n");
  REQUIRE_FALSE(outcome.summary.has_value());
  const std::string& message = outcome.summary.error().message;
  CHECK(message.find("gateway_id, billing_cycle, currency, interval") != std::string::npos);
  CHECK(outcome.taken.empty());
  CHECK(outcome.rejects.empty());
}

TEST_CASE("unknown columns are reported once") {
  const Outcome outcome =
      import_lines(header + ",colour\n" + line("a") + ",red\n" + line("b") + ",blue\n");
  CHECK(outcome.summary->unknown_fields == std::vector<std::string>{"colour"});
  CHECK(outcome.taken.size() == 2);
}

TEST_CASE("X4: a rejected record never shows a card number in its reason or text") {
  const std::string spaced = "4111 1111 1111 1111";
  const std::string digits(visa);
  const Outcome csv =
      import_lines(header + "\n" + line("a", "1.00", digits) + "\n" + line("b", "1.00", spaced) +
                   "\n" + digits + ",broken\n" + line("c", digits) + "\n");
  const Outcome jsonl =
      import_lines("{\"subscription_id\": " + digits + "}\n" +
                   "{\"first_name\": \"4111\\u00201111\\u00201111\\u00201111\"}\n" +
                   "{\"card_number\": \"4111111111111112\"}\n" + "{\"x\": " + digits + "\n");
  CHECK(csv.rejects.size() == 4);
  CHECK(jsonl.rejects.size() == 4);
  for (const auto& rejects : {csv.rejects, jsonl.rejects}) {
    for (const Reject& reject : rejects) {
      const std::string shown = reject.reason + "\n" + reject.record;
      CAPTURE(shown);
      CHECK(shown.find("411111111111") == std::string::npos);
      CHECK(shown.find("4111 1111 1111") == std::string::npos);
      CHECK(shown.find("4111\\u00201111\\u0020") == std::string::npos);
      CHECK(reject.record.find("*") != std::string::npos);
    }
  }
}

TEST_CASE("a rejected file is read again past its comments") {
  const Outcome first =
      import_lines(header + "\n" + line("a", "12,5") + "\n" + line("b", "x") + "\n");
  REQUIRE(first.rejects.size() == 2);
  std::string rejected = header + "\n";
  for (const Reject& reject : first.rejects) {
    CHECK(reject.reason.find_first_of("\"\r\n") == std::string::npos);
    rejected += "# line " + std::to_string(reject.line) + ": " + reject.reason + "\n";
    rejected += line("mended" + std::to_string(reject.line)) + "\n";
  }
  CHECK(import_lines(rejected).taken == std::vector<std::string>{"mended2", "mended3"});
}

namespace {

const std::string card_header = header + ",card_number,card_exp_month,card_exp_year";

std::string card_line(const std::string& id, const std::string& number = std::string(visa)) {
  return "\n" + id + ",nmi_1,recycle_billing,4,9.00,USD,30d,2026-11-20,3,2026-11-22,51,No funds,," +
         id + "," + number + ",9,2030";
}

}  // namespace

TEST_CASE("X4: cards become tokens batch by batch, and rows keep the file's order") {
  const std::string text = card_header + card_line("a") + card_line("b", "4111111111111112") +
                           card_line("c") + card_line("d") + card_line("e") + "\n";
  const Outcome outcome = import_lines(text, {.batch = 2, .tokenize = tokens_but_for({"c"})});
  REQUIRE(outcome.summary.has_value());
  CHECK(outcome.taken == std::vector<std::string>{"a", "d", "e"});
  CHECK(outcome.tokens == std::vector<std::string>{"tok-a", "tok-d", "tok-e"});
  CHECK(outcome.batches == std::vector<std::size_t>{1, 1, 1});
  REQUIRE(outcome.rejects.size() == 2);
  CHECK(outcome.rejects[0].line == 3);
  CHECK(outcome.rejects[1].line == 4);
  CHECK(outcome.rejects[1].reason == "no");
  for (const Reject& reject : outcome.rejects) {
    CHECK(reject.record.find("411111111111") == std::string::npos);
    CHECK(reject.record.find("************111") != std::string::npos);
  }
}

TEST_CASE("what was tokenized before the tokenization gave up goes in, the rest is not rejected") {
  const Tokenize first_alone = [](std::vector<ImportCard>& cards) -> Result<void> {
    cards.front().token = "tok";
    cards.front().card.reset();
    return fail(Fault::unavailable, "silence");
  };
  const std::string text = card_header + card_line("a") + card_line("b") + card_line("c") + "\n";
  const Outcome outcome = import_lines(text, {.batch = 2, .tokenize = first_alone});
  REQUIRE_FALSE(outcome.summary.has_value());
  CHECK(outcome.summary.error().message == "silence");
  CHECK(outcome.taken == std::vector<std::string>{"a"});
  CHECK(outcome.rejects.empty());
}

TEST_CASE("X4: a verification value is in no rejected record") {
  const std::string columns = header + ",CVV";
  const Outcome csv = import_lines(columns + "\n" + line("a", "x") + ",8731\nb,8731\n");
  const Outcome jsonl = import_lines("{\"subscription_id\":\"a\",\"cvc\":8731}\n" +
                                     std::string("{\"subscription_id\":\"b\",\"CVC\":8731\n"));
  for (const auto& rejects : {csv.rejects, jsonl.rejects}) {
    REQUIRE(rejects.size() == 2);
    CHECK(rejects[0].record.find("8731") == std::string::npos);
    CHECK(rejects[0].record.find("****") != std::string::npos);
    CHECK(rejects[1].record.empty());
  }
  CHECK(csv.summary->unknown_fields == std::vector<std::string>{"CVV"});
}

TEST_CASE("the JSON of an import has every count") {
  const ImportReport report{
      ImportMode::write, {9, 7, 2, {"colour"}}, {{"inserted", 3}, {"updated", 4}}, "a.rejected"};
  CHECK(to_json(report) == R"({"dry_run":false,"read":9,"inserted":3,"updated":4,"rejected":2,)"
                           R"("rejected_file":"a.rejected","unknown_columns":["colour"]})");
}

}  // namespace recycled::intake
