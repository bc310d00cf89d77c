#include "tokenizers.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "async/spawn.hpp"
#include "crypto/secret_file.hpp"
#include "providers.hpp"

namespace recycled {
namespace {

std::set<GatewayId> takers_of(const billing::Rules& rules) {
  std::set<GatewayId> takers;
  for (const auto& profile : rules.profiles) {
    if (profile.gateway_4_6) takers.insert(*profile.gateway_4_6);
    if (profile.gateway_7_9) takers.insert(*profile.gateway_7_9);
  }
  return takers;
}

}  // namespace

Result<std::unique_ptr<TokenizerSet>> TokenizerSet::make(boost::asio::io_context& io,
                                                         const config::Settings& settings,
                                                         const std::optional<GatewayId>& only) {
  const auto wanted = only ? std::set<GatewayId>{*only} : takers_of(settings.rules);
  if (wanted.empty()) {
    return fail(Fault::invalid,
                "no recycle profile hands over to a FlexFactor gateway, so none says which account "
                "makes the tokens; name one with --gateway");
  }
  auto set = std::make_unique<TokenizerSet>();
  set->pace_.in_flight = settings.limits.in_flight;
  for (const GatewayId& gateway : wanted) {
    const auto account = settings.accounts.find(gateway);
    if (account == settings.accounts.end()) {
      return fail(Fault::invalid, "--gateway " + gateway.str() +
                                      ": no [[gateway]] of kind \"flexfactor\" has this id");
    }
    auto connected = set->connect(io, settings, account->second);
    if (!connected) return Failure(connected.error());
  }
  return set;
}

Result<void> TokenizerSet::connect(boost::asio::io_context& io, const config::Settings& settings,
                                   const config::FlexFactorAccount& account) {
  if (account.environment_key_file.empty()) {
    return fail(Fault::invalid, "[[gateway]] \"" + account.gateway.str() +
                                    "\" has no environment_key_file, FlexFactor's key for "
                                    "tokenization; set it, or name another account with --gateway");
  }
  flexfactor::Account known{account.gateway, account.mid, account.site_id, {}, {}, {}, {}};
  const std::pair<const crypto::SecretFile&, crypto::Secret&> secrets[] = {
      {account.app_key_file, known.app_key},
      {account.app_secret_file, known.app_secret},
      {account.environment_key_file, known.environment_key}};
  for (const auto& [file, secret] : secrets) {
    auto read = crypto::read_secret_file(file);
    if (!read) return Failure(read.error());
    secret = *read;
  }
  auto transport = http::Client::make(io.get_executor(), wire_settings(settings, account));
  if (!transport) return Failure(transport.error());
  pace_.per_second[account.gateway] = account.requests_per_second;
  pace_.in_flight = std::min(pace_.in_flight, account.in_flight.value_or(pace_.in_flight));
  Connected& connected = accounts_[account.gateway];
  connected.transport = std::move(*transport);
  connected.client =
      std::make_unique<flexfactor::Client>(*connected.transport, clock_, events_, std::move(known));
  return {};
}

ports::Tokenizer* TokenizerSet::find(const GatewayId& gateway) {
  const auto found = accounts_.find(gateway);
  return found == accounts_.end() ? nullptr : found->second.client.get();
}

Result<std::unique_ptr<ImportTokens>> ImportTokens::make(const config::Settings& settings,
                                                         const std::optional<GatewayId>& only) {
  auto tokens = std::make_unique<ImportTokens>();
  auto accounts = TokenizerSet::make(tokens->io_, settings, only);
  if (!accounts) return Failure(accounts.error());
  tokens->accounts_ = std::move(*accounts);
  tokens->tokenization_.emplace(*tokens->accounts_, tokens->clock_, tokens->alarm_,
                                tokens->io_.get_executor(), tokens->accounts_->pace());
  return tokens;
}

Result<void> ImportTokens::tokenize(std::vector<intake::ImportCard>& cards) {
  std::vector<engine::TokenJob> jobs;
  jobs.reserve(cards.size());
  for (intake::ImportCard& card : cards) {
    engine::TokenJob job;
    job.card = std::move(*card.card);
    jobs.push_back(std::move(job));
  }
  Result<void> done;
  async::run_to_end(io_, work(jobs, done));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].is_open()) continue;
    cards[i].token = std::move(jobs[i].token);
    cards[i].refusal = std::move(jobs[i].refusal);
    cards[i].card.reset();
  }
  return done;
}

async::Task<void> ImportTokens::work(std::vector<engine::TokenJob>& jobs, Result<void>& done) {
  auto ended = co_await tokenization_->run(jobs);
  done = std::move(ended);
}

}  // namespace recycled
