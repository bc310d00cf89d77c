#include "load/line.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace recycled::bench {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in parse(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in parsed{};
  parsed.sin_family = AF_INET;
  parsed.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &parsed.sin_addr) != 1) {
    throw std::invalid_argument("an address is an IPv4 address and a port: " + address);
  }
  return parsed;
}

// Of headers that are whole.
std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t at = 0; at + name.size() < head.size(); ++at) {
    std::size_t i = 0;
    while (i < name.size() && std::tolower(head[at + i]) == name[i]) ++i;
    if (i == name.size()) return std::strtoul(head.data() + at + i, nullptr, 10);
  }
  throw std::runtime_error("an answer without a length");
}

}  // namespace

std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_context(const std::string& ca_file) {
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(nullptr, SSL_CTX_free);
  if (ca_file.empty()) return context;
  context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
  if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
    throw std::runtime_error("cannot read the certificates of " + ca_file);
  }
  return context;
}

Line::Line(const Target& target, SSL_CTX* tls) : tls_(nullptr, SSL_free) {
  const sockaddr_in address = parse(target.address);
  descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) fail("socket");
  const int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  if (tls != nullptr) {
    tls_.reset(SSL_new(tls));
    SSL_set_fd(tls_.get(), descriptor_);
    if (SSL_connect(tls_.get()) != 1) throw std::runtime_error("no TLS with " + target.address);
  }
  fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

Line::~Line() {
  tls_.reset();
  if (descriptor_ >= 0) close(descriptor_);
}

void Line::start(const Prepared& request, Steady::time_point began) {
  request_ = &request;
  written_ = 0;
  began_ = began;
  input_.clear();
  write_some();
}

bool Line::wants_to_write() const {
  return request_ != nullptr && written_ < request_->bytes.size();
}

void Line::write_some() {
  while (wants_to_write()) {
    const char* from = request_->bytes.data() + written_;
    const std::size_t left = request_->bytes.size() - written_;
    if (tls_) {
      const int done = SSL_write(tls_.get(), from, static_cast<int>(left));
      if (done <= 0 && SSL_get_error(tls_.get(), done) == SSL_ERROR_WANT_WRITE) return;
      if (done <= 0) throw std::runtime_error("the peer takes no more");
      written_ += static_cast<std::size_t>(done);
      continue;
    }
    const auto done = write(descriptor_, from, left);
    if (done < 0 && errno == EAGAIN) return;
    if (done < 0) fail("write");
    written_ += static_cast<std::size_t>(done);
  }
}

bool Line::read_some() {
  std::array<char, 8192> bytes;
  if (tls_) {
    const int done = SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (done <= 0 && SSL_get_error(tls_.get(), done) == SSL_ERROR_WANT_READ) return false;
    if (done <= 0) throw std::runtime_error("the peer has closed the connection");
    input_.append(bytes.data(), static_cast<std::size_t>(done));
    return true;
  }
  const auto done = read(descriptor_, bytes.data(), bytes.size());
  if (done < 0 && errno == EAGAIN) return false;
  if (done < 0) fail("read");
  if (done == 0) throw std::runtime_error("the peer has closed the connection");
  input_.append(bytes.data(), static_cast<std::size_t>(done));
  return true;
}

std::optional<Answer> Line::whole_answer() {
  const auto end = input_.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::size_t length = content_length(std::string_view(input_).substr(0, end + 2));
  if (input_.size() < end + 4 + length) return std::nullopt;
  request_ = nullptr;
  return Answer{std::stoi(input_.substr(9, 3)), input_.substr(end + 4, length)};
}

void Line::hear() {
  if (read_some()) throw std::runtime_error("the peer says something that nobody asked for");
}

std::optional<Answer> Line::go_on() {
  write_some();
  while (!is_idle() && read_some()) {
    if (auto answer = whole_answer()) return answer;
  }
  return std::nullopt;
}

}  // namespace recycled::bench
