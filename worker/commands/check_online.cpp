#include "commands/check_online.hpp"

#include <iostream>
#include <utility>

#include "caller.hpp"
#include "exit_code.hpp"
#include "http/base_url.hpp"
#include "http/lookup.hpp"
#include "http/server.hpp"
#include "installation.hpp"
#include "report/online_check.hpp"
#include "store/integrity.hpp"

namespace recycled {

namespace {

using report::Finding;
using report::Verdict;

report::TokenFacts ask_for_token(Caller& caller, const GatewayId& gateway) {
  flexfactor::Client& client = caller.providers().client(gateway);
  const auto answer = caller.get<flexfactor::TokenAnswer>([&client] { return client.probe(); });
  report::TokenFacts facts;
  facts.gateway = gateway.str();
  facts.asked_at = answer.asked_at;
  facts.answered_at = answer.answered_at;
  facts.date = answer.date;
  if (!answer.token) {
    facts.why = answer.token.error().why;
    facts.http_status = answer.token.error().http_status;
  }
  return facts;
}

void look_at_accounts(Caller& caller, const config::Settings& settings,
                      std::vector<Finding>& findings) {
  for (const auto& [gateway, account] : settings.accounts) {
    const auto facts = ask_for_token(caller, gateway);
    findings.push_back(judge_token(facts));
    if (auto clock = judge_clock(facts, settings.callbacks.window)) {
      findings.push_back(std::move(*clock));
    }
  }
}

void look_at_callbacks(Caller& caller, const config::Settings& settings,
                       std::vector<Finding>& findings) {
  report::Resolved addresses = fail(Fault::not_found, "not asked for");
  if (!settings.callbacks.public_host.empty()) {
    const auto url = http::parse_base_url("https://" + settings.callbacks.public_host + "/");
    if (url) {
      addresses = caller.get<report::Resolved>([&caller, &settings, &url] {
        return http::addresses_of(caller.executor(), url->host, settings.limits.connect_timeout);
      });
    } else {
      addresses = Failure(url.error());
    }
  }
  findings.push_back(report::judge_host(settings.callbacks, addresses));
  if (settings.callbacks.public_host.empty()) return;
  const auto free = http::try_listen(settings.callbacks.listen);
  findings.push_back(report::judge_listen(settings.callbacks, free));
}

void look_at_api(const config::Settings& settings, std::vector<Finding>& findings) {
  const std::string& listen = settings.api.listen;
  if (listen.empty()) return;
  findings.push_back(report::judge_api(listen, http::try_listen(listen)));
}

void look_at_ledger(const config::Settings& settings, std::vector<Finding>& findings) {
  if (!settings.store_url.empty()) {
    const auto read = store::read_ledger(address_of(settings), [](ports::LedgerReader&) {});
    findings.push_back(report::judge_database(settings.store_url, read));
    return;
  }
  const std::filesystem::path& file = settings.store_path;
  std::error_code error;
  const auto space = std::filesystem::space(file.parent_path(), error);
  const auto size = std::filesystem::exists(file) ? std::filesystem::file_size(file, error) : 0;
  if (!error) findings.push_back(report::judge_disk(file.parent_path(), space.available, size));
  findings.push_back(report::judge_ledger(file, store::check_integrity(file)));
}

ExitCode code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
    case Verdict::warning:
      return ExitCode::done;
    case Verdict::problem:
      return ExitCode::needs_person;
    case Verdict::unreachable:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace

int run_check_online(const CheckOptions& options, const config::Settings& settings) {
  auto caller = Caller::make(settings);
  if (!caller) {
    std::cerr << "recycled check: " << caller.error().message << '\n';
    return to_int(exit_code_of(caller.error()));
  }
  std::vector<Finding> findings;
  look_at_accounts(**caller, settings, findings);
  look_at_callbacks(**caller, settings, findings);
  look_at_api(settings, findings);
  look_at_ledger(settings, findings);
  if (options.output == Output::json) {
    std::cout << to_json(findings, settings.file);
  } else {
    std::cout << report::to_text(findings);
  }
  return to_int(code_of(worst(findings)));
}

}  // namespace recycled
