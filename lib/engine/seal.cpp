#include "engine/seal.hpp"

#include <algorithm>
#include <sstream>

#include "engine/pause.hpp"
#include "engine/recover.hpp"

namespace recycled::engine {
namespace {

constexpr const char* machine_name = "seal.machine";
constexpr const char* file_name = "seal.file";
constexpr const char* accounts_name = "seal.accounts";

using Accounts = std::map<GatewayId, std::string>;

// A line each: the gateway, a space, the account.
std::string to_text(const Accounts& accounts) {
  std::string text;
  for (const auto& [gateway, account] : accounts) text += gateway.str() + " " + account + "\n";
  return text;
}

Accounts parse_accounts(const std::string& text) {
  Accounts accounts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    accounts.emplace(GatewayId(line.substr(0, space)), line.substr(space + 1));
  }
  return accounts;
}

Accounts sealed_accounts(ports::LedgerReader& ledger) {
  return parse_accounts(ledger.meta(accounts_name).value_or(""));
}

bool differ(const std::string& one, const std::string& other) {
  return !one.empty() && !other.empty() && one != other;
}

// A file's identity may have two parts, of which a system may know the first alone.
bool differ_as_files(const std::string& one, const std::string& other) {
  const auto cut = [](const std::string& text) { return std::min(text.find(' '), text.size()); };
  return differ(one.substr(0, cut(one)), other.substr(0, cut(other))) ||
         differ(one.substr(cut(one)), other.substr(cut(other)));
}

std::string sealed_to(ports::LedgerReader& ledger, const char* name) {
  return ledger.meta(name).value_or("");
}

struct MovedAccount {
  GatewayId gateway;
  std::string sealed;
  std::string now;
};

std::vector<MovedAccount> moved_accounts(ports::LedgerReader& ledger, const Place& here) {
  std::vector<MovedAccount> moved;
  if (ledger.audit_head().rows == 0) return moved;  // nothing was ever handed over
  for (const auto& [gateway, sealed] : sealed_accounts(ledger)) {
    const auto now = here.accounts.find(gateway);
    if (now == here.accounts.end() || now->second == sealed) continue;
    moved.push_back({gateway, sealed, now->second});
  }
  return moved;
}

void put(ports::LedgerTx& tx, const char* name, const std::string& value) {
  if (!value.empty() && sealed_to(tx, name) != value) tx.set_meta(name, value);
}

// Whether a live recovery of that gateway waits for a person, with no step ahead.
bool has_parked(ports::LedgerTx& tx, const GatewayId& gateway) {
  constexpr int page = 500;
  RecoveryKey after;
  while (true) {
    const auto rows = tx.in_state(billing::RecoveryState::parked, after, page);
    for (const auto& row : rows) {
      if (row.recovery.provider_gateway == gateway) return true;
    }
    if (static_cast<int>(rows.size()) < page) return false;
    after = rows.back().key;
  }
}

}  // namespace

std::vector<std::string> broken_seal(ports::LedgerReader& ledger, const Place& here) {
  std::vector<std::string> broken;
  if (differ(sealed_to(ledger, machine_name), here.machine)) {
    broken.emplace_back("it belongs to another machine");
  }
  if (differ_as_files(sealed_to(ledger, file_name), here.file)) {
    broken.emplace_back("its file is not the one it was: it was copied or restored");
  }
  const auto& known = here.remembered;
  if (known && known->rows > 0 && ledger.audit_hash(known->rows) != known->hash) {
    broken.push_back("the ledger of this place had come further, to row " +
                     std::to_string(known->rows) + " of its audit trail, which this one does not " +
                     "have: an older one, or a new one, was put in its place");
  }
  for (const MovedAccount& one : moved_accounts(ledger, here)) {
    broken.push_back("gateway " + one.gateway.str() + " was FlexFactor's account \"" + one.sealed +
                     "\" and is \"" + one.now + "\" in the config");
  }
  return broken;
}

// A gateway that the config no longer has keeps its line: it may come back.
void put_seal(ports::LedgerTx& tx, const Place& here) {
  put(tx, machine_name, here.machine);
  // A system that knows less of a file does not weaken the seal.
  if (!sealed_to(tx, file_name).starts_with(here.file + " ")) put(tx, file_name, here.file);
  Accounts accounts = here.accounts;
  accounts.merge(sealed_accounts(tx));
  put(tx, accounts_name, to_text(accounts));
}

std::optional<std::string> objection_to_adoption(ports::LedgerTx& tx, const Place& here) {
  const auto at_work = tx.gateways_at_work();
  for (const MovedAccount& one : moved_accounts(tx, here)) {
    const bool is_at_work = std::ranges::find(at_work, one.gateway) != at_work.end();
    if (!is_at_work && !has_parked(tx, one.gateway)) continue;
    return "gateway " + one.gateway.str() + " has open hand-overs in the account \"" + one.sealed +
           "\", which \"" + one.now +
           "\" knows nothing of. Put mid and environment back until "
           "they have ended (`recycled pause` keeps new ones away), or give the new account a " +
           "gateway of its own";
  }
  return std::nullopt;
}

ports::Pause adopt(ports::LedgerTx& tx, const Place& here, const std::string& by,
                   const std::string& reason, Instant now) {
  put_seal(tx, here);
  note_adoption(tx);
  return pause_adopted(tx, by, reason, now);
}

}  // namespace recycled::engine
