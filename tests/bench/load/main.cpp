// bench_load: a load on a listener of recycled's, by a single thread that only writes and reads.
#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>

#include <CLI/CLI.hpp>

#include "crypto/secret_file.hpp"
#include "load/drive.hpp"

namespace recycled::bench {
namespace {

struct Options {
  Target target;
  Pace pace;
  int seconds = 60;
  std::string orders;
  std::string key_file;
  std::string token_file;
  std::string host = "billing.example.com";
  std::string name = "cascade";
  CallbackMix mix;
};

std::vector<OpenOrder> read_orders(const std::string& file) {
  std::ifstream in(file);
  std::vector<OpenOrder> orders;
  for (OpenOrder one; in >> one.ours >> one.theirs;) orders.push_back(one);
  if (orders.empty()) throw std::runtime_error("no orders in " + file);
  return orders;
}

crypto::Secret read_secret(const std::string& file) {
  auto secret = crypto::read_secret_file(crypto::SecretFile(file));
  if (!secret) throw std::runtime_error(secret.error().message);
  return *secret;
}

std::vector<Prepared> prepare_callbacks(const Options& options) {
  const auto key = flexfactor::decode_signing_key(read_secret(options.key_file));
  if (!key) throw std::runtime_error("no base64 in " + options.key_file);
  const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  return callbacks(read_orders(options.orders), options.mix, *key, options.host, Instant(now));
}

double part(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto place = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(place, sorted.size() - 1)];
}

int report(const Seen& seen) {
  std::cout << std::fixed << std::setprecision(4) << "{\"answered\":" << seen.took.size()
            << ",\"fresh\":" << seen.fresh << ",\"repeated\":" << seen.repeated
            << ",\"forged\":" << seen.forged << ",\"wrong\":" << seen.wrong
            << ",\"s\":" << seen.seconds
            << ",\"rate\":" << static_cast<double>(seen.took.size()) / seen.seconds
            << std::setprecision(0) << ",\"p50_us\":" << part(seen.took, 0.5)
            << ",\"p99_us\":" << part(seen.took, 0.99) << ",\"max_us\":" << part(seen.took, 1.0)
            << std::setprecision(3) << ",\"generator_cpu_s\":" << seen.cpu_seconds
            << ",\"stopped_by\":\"" << (seen.by_time ? "time" : "count") << "\"}\n";
  if (seen.wrong > 0) std::cerr << "bench_load: the first wrong answer: " << seen.first_wrong;
  return seen.wrong > 0 ? 1 : 0;
}

int run(int count, char** arguments) {
  Options options;
  CLI::App app("A load on a listener of recycled's; prints one line of JSON");
  app.require_subcommand(1);
  app.add_option("--address", options.target.address, "HOST:PORT")->required();
  app.add_option("--ca", options.target.ca_file, "certificates to trust; without: no TLS");
  app.add_option("--count", options.mix.count, "requests")->required();
  app.add_option("--connections", options.pace.connections, "at one time");
  app.add_option("--rate", options.pace.per_second, "a second; 0: as fast as they are answered");
  app.add_option("--seconds", options.seconds, "at most");
  auto* callbacks_wanted = app.add_subcommand("callbacks", "signed as FlexFactor signs");
  callbacks_wanted->add_option("--orders", options.orders, "lines: our id, theirs")->required();
  callbacks_wanted->add_option("--key-file", options.key_file, "that signs, base64")->required();
  callbacks_wanted->add_option("--host", options.host, "the public host");
  callbacks_wanted->add_option("--repeats", options.mix.repeats, "percent");
  callbacks_wanted->add_option("--forged", options.mix.forged, "of the requests");
  auto* cascades_wanted = app.add_subcommand("cascades", "at the local API");
  cascades_wanted->add_option("--token-file", options.token_file, "of the API")->required();
  cascades_wanted->add_option("--name", options.name, "of the orders");
  CLI11_PARSE(app, count, arguments);
  options.pace.limit = std::chrono::seconds(options.seconds);
  const auto requests = callbacks_wanted->parsed() ? prepare_callbacks(options)
                                                   : cascades(options.mix.count, options.name,
                                                              read_secret(options.token_file));
  return report(drive(options.target, requests, options.pace));
}

}  // namespace
}  // namespace recycled::bench

int main(int count, char** arguments) {
  try {
    return recycled::bench::run(count, arguments);
  } catch (const std::exception& exception) {
    std::cerr << "bench_load: " << exception.what() << '\n';
    return 1;
  }
}
