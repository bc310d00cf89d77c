#include <string>

#include <doctest/doctest.h>

#include "certificates.hpp"
#include "fixture.hpp"

using namespace recycled;
using namespace recycled::http;

namespace {

async::Task<Response> greet(Request) { co_return plain(200, "hello"); }

ServerSettings under_tls(TlsIdentity identity) {
  ServerSettings settings;
  settings.tls = std::move(identity);
  return settings;
}

ClientSettings trusting(const Authority& authority, const std::string& base_url) {
  ClientSettings settings;
  settings.base_url = base_url;
  settings.ca_file = authority.ca_file();
  return settings;
}

std::string port_of(const std::string& address) { return address.substr(address.rfind(':')); }

Exchange greet_over_tls(Served& served, const Authority& trusted, const std::string& host) {
  const std::string url = "https://" + host + port_of(served.server.address()) + "/";
  const auto client = make_client(served.context, trusting(trusted, url));
  return exchange(served.context, *client);
}

void check_not_sent(const Exchange& answer, const std::string& why) {
  REQUIRE_FALSE(answer);
  CHECK(answer.error().reached == Reached::certainly_not);
  CAPTURE(answer.error().why);
  CHECK(answer.error().why.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("a peer whose certificate is trusted and names it is talked to, again and again") {
  Authority authority;
  Served served(greet, under_tls(authority.issue("DNS:localhost,IP:127.0.0.1")));
  const std::string url = "https://" + served.server.address() + "/";
  const auto client = make_client(served.context, trusting(authority, url));
  for (int i = 0; i < 3; ++i) {
    const Exchange answer = exchange(served.context, *client);
    REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().why));
    CHECK(answer->body == "hello");
  }
  CHECK(greet_over_tls(served, authority, "localhost").has_value());
}

TEST_CASE("a peer of another authority is sent nothing, though that authority has the same name") {
  Authority authority;
  const Authority stranger;
  Served served(greet, under_tls(authority.issue("IP:127.0.0.1")));
  check_not_sent(greet_over_tls(served, stranger, "127.0.0.1"), "TLS with");
}

TEST_CASE("a peer whose certificate names somebody else is sent nothing") {
  Authority authority;
  for (const char* names : {"DNS:other.example", "IP:127.0.0.2", "DNS:127.0.0.1"}) {
    CAPTURE(std::string(names));
    Served served(greet, under_tls(authority.issue(names)));
    check_not_sent(greet_over_tls(served, authority, "127.0.0.1"), "certificate verify failed");
  }
  Served served(greet, under_tls(authority.issue("IP:127.0.0.1,DNS:localhost.example")));
  check_not_sent(greet_over_tls(served, authority, "localhost"), "certificate verify failed");
}

TEST_CASE("without a CA file only the system's authorities count") {
  Authority authority;
  Served served(greet, under_tls(authority.issue("IP:127.0.0.1")));
  ClientSettings settings;
  settings.base_url = "https://" + served.server.address() + "/";
  const auto client = make_client(served.context, std::move(settings));
  check_not_sent(exchange(served.context, *client), "certificate verify failed");
}

TEST_CASE("a peer that does not speak TLS is sent nothing") {
  const Authority authority;
  Served served(greet);
  check_not_sent(greet_over_tls(served, authority, "127.0.0.1"), "TLS with");
}

TEST_CASE("a client that does not speak TLS gets no answer and does the server no harm") {
  Authority authority;
  Served served(greet, under_tls(authority.issue("IP:127.0.0.1")));
  const std::string reply = served.raw("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(reply.find("hello") == std::string::npos);
  CHECK(greet_over_tls(served, authority, "127.0.0.1").has_value());
}

TEST_CASE("a handshake that does not come is not waited for longer than a request") {
  Authority authority;
  ServerSettings settings = under_tls(authority.issue("IP:127.0.0.1"));
  settings.request_deadline = Millis(20);
  Served served(greet, settings);
  CHECK(served.raw("").empty());
}

TEST_CASE("a TLS file that cannot be used is refused by name") {
  Authority authority;
  const TlsIdentity one = authority.issue("IP:127.0.0.1");
  const TlsIdentity other = authority.issue("IP:127.0.0.1");
  asio::io_context context;
  const TlsIdentity unusable[] = {
      {"no-such.pem", one.private_key},
      {one.certificate, "no-such.key"},
      {one.certificate, other.private_key},
      {one.private_key, one.private_key},
  };
  for (const TlsIdentity& identity : unusable) {
    Server server(context.get_executor(), under_tls(identity), greet);
    const auto started = server.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().fault == Fault::invalid);
    const bool names_a_file =
        started.error().message.find(identity.certificate.string()) != std::string::npos ||
        started.error().message.find(identity.private_key.string()) != std::string::npos;
    CHECK(names_a_file);
  }
}

TEST_CASE("a renewed certificate is for new connections, and those that are open go on") {
  Authority before;
  Authority after;
  const TlsIdentity files = before.issue("IP:127.0.0.1");
  Served served(greet, under_tls(files));
  const std::string url = "https://" + served.server.address() + "/";
  const auto open = make_client(served.context, trusting(before, url));
  REQUIRE(exchange(served.context, *open));

  const TlsIdentity renewed = after.issue("IP:127.0.0.1");
  const auto replace = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(renewed.certificate, files.certificate, replace);
  // A certificate without its key is refused, and nothing changes.
  const auto half_way = served.server.renew_certificate();
  REQUIRE_FALSE(half_way);
  CHECK(half_way.error().message.find(files.certificate.string()) != std::string::npos);
  CHECK(greet_over_tls(served, before, "127.0.0.1").has_value());

  std::filesystem::copy_file(renewed.private_key, files.private_key, replace);
  REQUIRE(served.server.renew_certificate());
  CHECK(greet_over_tls(served, after, "127.0.0.1").has_value());
  check_not_sent(greet_over_tls(served, before, "127.0.0.1"), "TLS with");
  CHECK(exchange(served.context, *open).has_value());  // over its old connection
}

TEST_CASE("a certificate and key are told to be usable without a server") {
  Authority authority;
  const TlsIdentity one = authority.issue("IP:127.0.0.1");
  const TlsIdentity other = authority.issue("IP:127.0.0.1");
  CHECK(check_identity(one));
  const auto mixed = check_identity({one.certificate, other.private_key});
  REQUIRE_FALSE(mixed);
  CHECK(mixed.error().message.find(other.private_key.string()) != std::string::npos);
}

TEST_CASE("a server without TLS has nothing to renew") {
  Served served(greet);
  CHECK(served.server.renew_certificate());
}
