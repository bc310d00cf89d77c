// One kept-alive connection with one request under way, plain or under TLS.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "load/requests.hpp"

namespace recycled::bench {

using Steady = std::chrono::steady_clock;

struct Target {
  std::string address;  // HOST:PORT, an IPv4 address
  std::string ca_file;  // empty: no TLS
};

struct Answer {
  int status = 0;
  std::string body;
};

class Line {
 public:
  // Connects, and waits until that is done; throws what went wrong. `tls` is null for none.
  Line(const Target& target, SSL_CTX* tls);
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  int descriptor() const { return descriptor_; }
  bool is_idle() const { return request_ == nullptr; }
  const Prepared& request() const { return *request_; }
  Steady::time_point began() const { return began_; }

  // The request outlives its exchange; `began` is when it should have been sent.
  void start(const Prepared& request, Steady::time_point began);
  // Whether it has something left to write.
  bool wants_to_write() const;
  // For one that is idle: takes in what is TLS's own, and throws if the peer says or does more.
  void hear();
  // Does what can be done; the answer, once it is whole.
  std::optional<Answer> go_on();

 private:
  void write_some();
  bool read_some();  // false: there is nothing for now
  std::optional<Answer> whole_answer();

  int descriptor_ = -1;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
  const Prepared* request_ = nullptr;
  std::size_t written_ = 0;
  Steady::time_point began_;
  std::string input_;
};

// A context that trusts the certificates of that file alone.
std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_context(const std::string& ca_file);

}  // namespace recycled::bench
