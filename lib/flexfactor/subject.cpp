#include "flexfactor/subject.hpp"

#include <algorithm>

namespace recycled::flexfactor {

namespace {

constexpr std::size_t longest_id = 128;

bool same(const std::string& left, const std::string& right) { return lower(left) == lower(right); }

std::string about(const std::string& order) { return "the reply is about order " + order; }

}  // namespace

std::optional<std::string> id_at(const Json& object, const char* name) {
  const Json& value = member_any_case(object, name);
  if (!value.is_string()) return std::nullopt;
  auto id = value.get<std::string>();
  const bool plain = std::ranges::none_of(id, [](char c) { return c >= 0 && c < ' '; });
  if (id.empty() || id.size() > longest_id || !plain) return std::nullopt;
  return id;
}

std::string other_subject(const Json& body, std::initializer_list<const char*> names,
                          const std::string& asked) {
  std::string other;
  for (const char* name : names) {
    const auto id = id_at(body, name);
    if (id && same(*id, asked)) return {};
    if (id) other = about(*id);
  }
  return other;
}

std::string other_subject_of_evaluate(const Json& body, const OrderId& ours) {
  if (auto other = other_subject(body, {"externalOrderId"}, ours.str()); !other.empty()) {
    return other;
  }
  const auto order = id_at(body, "orderId");
  const auto session = id_at(body, "orderSessionKey");
  if (!order || !session || same(*order, *session)) return {};
  if (same(*order, ours.str()) || same(*session, ours.str())) return {};
  return "the reply names two orders, " + *order + " and " + *session;
}

std::optional<ProviderOrderId> provider_order_in(const Json& body, const OrderId& ours) {
  for (const char* name : {"orderId", "orderSessionKey"}) {
    const auto id = id_at(body, name);
    if (id && !same(*id, ours.str())) return ProviderOrderId(*id);
  }
  return std::nullopt;
}

}  // namespace recycled::flexfactor
