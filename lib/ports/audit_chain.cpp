#include "ports/audit_chain.hpp"

#include <variant>

#include "crypto/digest.hpp"

namespace recycled::ports {
namespace {

template <class Key>
std::string number(const Key* key) {
  return prefixed(key == nullptr ? std::string() : std::to_string(key->value()));
}

}  // namespace

std::string prefixed(const std::string& text) { return std::to_string(text.size()) + ":" + text; }

std::string origin_of_chain(const InstallationId& installation) {
  return crypto::to_hex(crypto::sha256(prefixed("audit origin 1") + prefixed(installation.str())));
}

std::string link_after(const std::string& before, const ChainedRow& link) {
  const AuditRow& row = link.row;
  std::string text = prefixed("audit link 1") + prefixed(before);
  text += prefixed(std::to_string(link.key)) + prefixed(std::to_string(to_millis(row.at)));
  text += number(std::get_if<SubscriptionKey>(&row.subject));
  text += number(std::get_if<SaleKey>(&row.subject));
  text += number(row.recovery ? &*row.recovery : nullptr);
  text += prefixed(row.event) + prefixed(row.before) + prefixed(row.after) + prefixed(row.reason);
  text += prefixed(link.claim);
  return crypto::to_hex(crypto::sha256(text));
}

}  // namespace recycled::ports
