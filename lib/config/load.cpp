#include "config/load.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/document.hpp"
#include "config/nearest.hpp"
#include "config/reading.hpp"
#include "crypto/secret_file.hpp"

namespace recycled::config {

namespace {

constexpr std::size_t longest_id = 128;
constexpr std::uintmax_t largest_file = 1024 * 1024;
constexpr std::string_view credential_scheme = "credential:";

// Looked up without a word about wrong values: read_lists has that to say.
std::set<std::string> cascade_ids(const Table& root) {
  std::set<std::string> ids;
  const auto list = root.find("cascade_profile");
  if (list == root.end() || !std::holds_alternative<Array>(list->second.data)) return ids;
  for (const Value& element : std::get<Array>(list->second.data)) {
    const auto* profile = std::get_if<Table>(&element.data);
    if (profile == nullptr || !profile->contains("id")) continue;
    const auto* id = std::get_if<std::string>(&profile->find("id")->second.data);
    if (id != nullptr) ids.insert(*id);
  }
  return ids;
}

Draft refused(Problem problem) { return {std::nullopt, {std::move(problem)}}; }

Draft draft_of(std::string_view text, const std::filesystem::path& file,
               const std::filesystem::path& credentials) {
  const auto document = parse_document(text);
  if (!document) return refused(document.error());

  Reading reading;
  reading.settings.file = file;
  reading.credentials = credentials;
  Section root(*document, "", reading.problems);
  reading.cascade_profiles = cascade_ids(std::get<Table>(document->data));
  read_service(root, reading);
  read_schedule(root, reading);
  read_events(root, reading);
  read_gateways(root, reading);
  read_profiles(root, reading);
  read_lists(root, reading);
  root.refuse_unknown();

  const auto by_line = [](const Problem& a, const Problem& b) { return a.line < b.line; };
  std::stable_sort(reading.problems.begin(), reading.problems.end(), by_line);
  return {std::move(reading.settings), std::move(reading.problems)};
}

Loaded accepted(Draft draft) {
  if (draft.problems.empty()) return std::move(*draft.settings);
  return tl::unexpected(std::move(draft.problems));
}

}  // namespace

std::filesystem::path Reading::resolve(const std::string& path) const {
  return (settings.file.parent_path() / path).lexically_normal();
}

crypto::SecretFile Reading::resolve_secret(Section& section, const Text& name) {
  if (!name.value.starts_with(credential_scheme)) return resolve(name.value);
  const std::string id = name.value.substr(credential_scheme.size());
  const std::filesystem::path as_file(id);
  if (!as_file.has_filename() || as_file.has_parent_path() || id.starts_with('.')) {
    section.complain_at(name.line, in_quotes(name.value) + " names no credential",
                        "Write \"credential:secrets_NAME\", with NAME for a file of secrets/");
    return {};
  }
  if (credentials.empty()) return crypto::SecretFile(name.value, crypto::Kept::credential);
  return crypto::SecretFile(credentials / id, crypto::Kept::credential);
}

Section Reading::section(const Value& table, std::string name) {
  return Section(table, std::move(name), problems);
}

Section Reading::section_with_id(const Value& table, std::string_view kind,
                                 std::set<std::string>& seen) {
  const std::string brackets = "[[" + std::string(kind) + "]]";
  Section section(table, brackets, problems);
  const auto id = section.required("id");
  if (!id) return section;
  section.rename(brackets + " " + in_quotes(id->value));
  if (id->value.size() > longest_id) {
    section.complain("id", "its id is longer than 128 bytes", "Shorten it");
  }
  if (!seen.insert(id->value).second) {
    section.complain("id", "this id is already taken further up", "Give each its own");
  }
  return section;
}

const billing::Gateway* Reading::gateway(Section& section, std::string_view key, const Text& id) {
  const auto& gateways = settings.rules.gateways;
  const auto at = gateways.find(GatewayId(id.value));
  if (at != gateways.end()) return &at->second;
  std::vector<std::string> known;
  known.reserve(gateways.size());
  for (const auto& [known_id, gateway] : gateways) known.push_back(known_id.str());
  const auto guess = nearest(id.value, known);
  section.complain_at(
      id.line,
      std::string(key) + " names gateway " + in_quotes(id.value) + ", which is in no [[gateway]]",
      guess ? "Did you mean " + in_quotes(*guess) + "?" : "Add it, or remove it");
  return nullptr;
}

CascadeProfileId Reading::cascade(Section& section) {
  const auto cascade = section.text("cascade");
  if (!cascade) return {};
  if (!cascade_profiles.contains(cascade->value)) {
    section.complain(
        "cascade",
        "cascade names " + in_quotes(cascade->value) + ", which is no [[cascade_profile]]",
        "Add it, or remove the line");
  }
  return CascadeProfileId(cascade->value);
}

Loaded parse(std::string_view text, const std::filesystem::path& file,
             const std::filesystem::path& credentials) {
  return accepted(draft_of(text, file, credentials));
}

Draft draft(const std::filesystem::path& file, const std::filesystem::path& credentials) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) {
    return refused({0, "", "the config cannot be read: " + error.message(),
                    "Write one with `recycled init`, or name it with --config"});
  }
  if (size > largest_file) return refused({0, "", "the config is larger than 1 MiB", ""});
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  if (!stream) {
    return refused({0, "", "the config cannot be read", "Check who may read it: ls -l"});
  }
  return draft_of(text, file, credentials);
}

Loaded load(const std::filesystem::path& file, const std::filesystem::path& credentials) {
  return accepted(draft(file, credentials));
}

std::vector<Problem> check_secret_files(const Settings& settings) {
  std::vector<Problem> problems;
  const auto check = [&problems](const crypto::SecretFile& file, const std::string& where) {
    if (file.empty()) return;  // that it is not named is the file's own problem
    const auto secret = crypto::read_secret_file(file);
    if (!secret) problems.push_back({0, where, secret.error().message, ""});
  };
  for (const auto& [id, account] : settings.accounts) {
    const std::string where = "[[gateway]] " + in_quotes(id.str());
    check(account.app_key_file, where);
    check(account.app_secret_file, where);
    check(account.environment_key_file, where);
    for (const SigningKeyFile& key : account.hmac_signing_key_files) check(key.file, where);
  }
  for (const auto& file : settings.events.secret_files) check(file, "[events] secret_files");
  return problems;
}

}  // namespace recycled::config
