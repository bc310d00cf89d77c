#include "flexfactor/order_status.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "flexfactor/problem.hpp"

namespace recycled::flexfactor {

namespace {

using billing::News;

struct OrderStatus {
  int number;
  std::string_view name;  // in lower case
  News news;
};

constexpr std::array order_statuses{
    OrderStatus{0, "draft", News::still_open},
    OrderStatus{1, "onhold", News::still_open},
    OrderStatus{2, "cancelled", News::cancelled},
    OrderStatus{3, "problem", News::problem},
    OrderStatus{4, "processing", News::still_open},
    OrderStatus{5, "capturerequired", News::capture_required},
    OrderStatus{6, "returned", News::refunded},
    OrderStatus{7, "completed", News::completed},
};

News news_of_number(std::int64_t number) {
  for (const auto& status : order_statuses) {
    if (status.number == number) return status.news;
  }
  return News::strange;
}

std::optional<News> documented(const std::string& name) {
  for (const auto& status : order_statuses) {
    if (status.name == name) return status.news;
  }
  return std::nullopt;
}

News news_of_name(const std::string& name, std::string_view expired_word) {
  if (const auto news = documented(name)) return *news;
  return name == lower(expired_word) ? News::expired : News::strange;
}

// Number and name must not contradict each other. The one exception: no number means expired, so
// an order that ended uncharged may carry any number of those beside that word.
News reconcile(News by_number, News by_name) {
  if (by_number == by_name) return by_name;
  const bool uncharged = by_number == News::still_open || by_number == News::cancelled;
  return by_name == News::expired && uncharged ? News::expired : News::strange;
}

}  // namespace

billing::News news_in(const Json& order, std::string_view expired_word) {
  const auto number = integer_at(order, "status");
  std::string name = lower(text_at(order, "statusName"));
  if (name.empty() && !number) name = lower(text_at(order, "status"));
  if (!number) return news_of_name(name, expired_word);
  if (name.empty()) return news_of_number(*number);
  return reconcile(news_of_number(*number), news_of_name(name, expired_word));
}

bool is_documented_status(std::string_view name) { return documented(lower(name)).has_value(); }

std::string status_words(const Json& order) {
  const std::string number = word_at(order, "status");
  const std::string name = text_at(order, "statusName");
  if (number.empty() || name.empty()) return shortened(number + name);
  return shortened(name + " (" + number + ")");
}

}  // namespace recycled::flexfactor
