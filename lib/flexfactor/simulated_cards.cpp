#include "flexfactor/simulated_cards.hpp"

#include <algorithm>

#include "base/card_number.hpp"
#include "crypto/digest.hpp"
#include "crypto/guid.hpp"

namespace recycled::flexfactor {

namespace {

const Json& card_in(const Json& body) {
  return member(member(body, "payment_method"), "credit_card");
}

std::string number_in(const Json& body) { return text_at(card_in(body), "number"); }

bool is_card_number(const std::string& number) {
  return number.size() >= shortest_card_number && number.size() <= longest_card_number &&
         std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
         passes_luhn(number);
}

std::string value_of(const std::map<std::string, std::string>& query, const char* name) {
  const auto given = query.find(name);
  return given == query.end() ? std::string() : given->second;
}

// Good to the end of its month.
bool is_expired(std::int64_t month, std::int64_t year, Instant now) {
  const CivilDate today(std::chrono::floor<std::chrono::days>(now));
  const auto this_year = static_cast<int>(today.year());
  const auto this_month = static_cast<unsigned>(today.month());
  return year < this_year || (year == this_year && month < this_month);
}

}  // namespace

Json tokenize_problems(const Behaviour& behaviour, const std::map<std::string, std::string>& query,
                       const Json& body, Instant now) {
  Json wrong = Json::object();
  const std::string mid = value_of(query, "mid");
  if (mid.empty() || (!behaviour.mid.empty() && behaviour.mid != mid)) {
    wrong["Mid"] = {"The Mid is missing or unknown."};
  }
  const std::string key = value_of(query, "environment");
  const auto wanted = behaviour.environment_key.reveal();
  if (key.empty() || (!wanted.empty() && !crypto::equal_in_constant_time(wanted, key))) {
    wrong["Environment"] = {"The Environment is missing or unknown."};
  }
  if (!is_card_number(number_in(body))) wrong["Number"] = {"The Number is not a card number."};
  const auto month = integer_at(card_in(body), "month").value_or(0);
  const auto year = integer_at(card_in(body), "year").value_or(0);
  if (month < 1 || month > 12) {
    wrong["Month"] = {"The Month is missing or wrong."};
  } else if (is_expired(month, year, now)) {
    wrong["Year"] = {"The card is expired."};
  }
  return wrong;
}

Json tokenized(const Json& body) {
  const std::string number = number_in(body);
  const std::string_view steered = steering_of_number(number);
  const std::string prefix(steered.empty() ? "token" : steered);
  Json method;
  method["token"] = prefix + "-" + crypto::derive_guid({"simulated card", number});
  method["last_four_digits"] = number.substr(number.size() - 4);
  method["first_six_digits"] = number.substr(0, 8);  // it may hold eight, and so it does here
  Json out;
  out["transaction"]["payment_method"] = std::move(method);
  return out;
}

}  // namespace recycled::flexfactor
