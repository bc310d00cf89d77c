#include "engine/seal.hpp"

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

// Where one of the two knows less, that much counts.
bool differs(ports::LedgerReader& ledger, const char* name, const std::string& here) {
  const std::string sealed = ledger.meta(name).value_or("");
  const std::size_t both = std::min(sealed.size(), here.size());
  return sealed.compare(0, both, here, 0, both) != 0;
}

void judge_accounts(ports::LedgerReader& ledger, const Place& here,
                    std::vector<std::string>& broken) {
  if (ledger.audit_head().rows == 0) return;  // nothing was ever handed over
  for (const auto& [gateway, sealed] : sealed_accounts(ledger)) {
    const auto now = here.accounts.find(gateway);
    if (now == here.accounts.end() || now->second == sealed) continue;
    broken.push_back("gateway " + gateway.str() + " was FlexFactor's account \"" + sealed +
                     "\" and is \"" + now->second + "\" in the config");
  }
}

void put(ports::LedgerTx& tx, const char* name, const std::string& value) {
  if (value.empty() || tx.meta(name) == value) return;
  tx.set_meta(name, value);
}

}  // namespace

std::vector<std::string> broken_seal(ports::LedgerReader& ledger, const Place& here) {
  std::vector<std::string> broken;
  if (differs(ledger, machine_name, here.machine)) {
    broken.emplace_back("it belongs to another machine");
  }
  if (differs(ledger, file_name, here.file)) {
    broken.emplace_back("its file is not the one it was: it was copied or restored");
  }
  const auto& known = here.remembered;
  if (known && known->rows > 0 && ledger.audit_hash(known->rows) != known->hash) {
    broken.push_back("the ledger of this place had come further, to row " +
                     std::to_string(known->rows) + " of its audit trail, which this one does not " +
                     "have: an older one, or a new one, was put in its place");
  }
  judge_accounts(ledger, here, broken);
  return broken;
}

// A gateway that the config no longer has keeps its line: it may come back.
void put_seal(ports::LedgerTx& tx, const Place& here) {
  put(tx, machine_name, here.machine);
  put(tx, file_name, here.file);
  Accounts accounts = here.accounts;
  accounts.merge(sealed_accounts(tx));
  put(tx, accounts_name, to_text(accounts));
}

ports::Pause adopt(ports::LedgerTx& tx, const Place& here, const std::string& by,
                   const std::string& reason, Instant now) {
  put_seal(tx, here);
  note_any_calls(tx);
  return pause_all(tx, by, reason, now);
}

}  // namespace recycled::engine
