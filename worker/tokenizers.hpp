// The FlexFactor accounts that `import --tokenize` sends card numbers to.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "engine/tokenize.hpp"
#include "flexfactor/client.hpp"
#include "http/client.hpp"
#include "intake/importer.hpp"
#include "system/clock.hpp"

namespace recycled {

// Nobody listens: what happens to a card is said of its row.
class NoEvents final : public ports::Events {
 public:
  void note(const ports::Event&) override {}
};

class TokenizerSet final : public ports::Tokenizers {
 public:
  // The account of `only`, or those that the recycle profiles hand over to. Reads their secrets and
  // calls nobody. Fault::invalid: there is none, it has no environment_key_file, or a secret file
  // is wrong; the message says what to do.
  static Result<std::unique_ptr<TokenizerSet>> make(boost::asio::io_context& io,
                                                    const config::Settings& settings,
                                                    const std::optional<GatewayId>& only);

  ports::Tokenizer* find(const GatewayId& gateway) override;
  // How fast and how many at a time, as the config has it for these accounts.
  const engine::TokenPace& pace() const { return pace_; }

 private:
  struct Connected {
    std::unique_ptr<http::Client> transport;
    std::unique_ptr<flexfactor::Client> client;
  };

  Result<void> connect(boost::asio::io_context& io, const config::Settings& settings,
                       const config::FlexFactorAccount& account);

  system::SystemClock clock_;
  NoEvents events_;
  std::map<GatewayId, Connected> accounts_;
  engine::TokenPace pace_;
};

// The tokenizing of an import's batches, one after the other, over connections that stay open.
class ImportTokens {
 public:
  // Errors as TokenizerSet::make.
  static Result<std::unique_ptr<ImportTokens>> make(const config::Settings& settings,
                                                    const std::optional<GatewayId>& only);
  // intake::Tokenize.
  Result<void> tokenize(std::vector<intake::ImportCard>& cards);

 private:
  async::Task<void> work(std::vector<engine::TokenJob>& jobs, Result<void>& done);

  boost::asio::io_context io_;
  system::SystemClock clock_;
  system::AsioAlarm alarm_{io_.get_executor(), clock_};
  std::unique_ptr<TokenizerSet> accounts_;
  std::optional<engine::Tokenization> tokenization_;
};

}  // namespace recycled
