// A certificate authority of the test's own, with keys that no one has seen before or after.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "http/server.hpp"

namespace recycled::http {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

class Authority {
 public:
  Authority() {
    std::string name = (std::filesystem::temp_directory_path() / "tlsXXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    certificate_ = make_certificate(key_.get(), "basicConstraints", "critical,CA:TRUE");
    write(ca_file(), certificate_.get());
  }
  ~Authority() { std::filesystem::remove_all(folder_); }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  std::filesystem::path ca_file() const { return folder_ / "ca.pem"; }

  // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
  TlsIdentity issue(const std::string& names) {
    const PrivateKey key = make_key();
    const Certificate certificate = make_certificate(key.get(), "subjectAltName", names);
    const std::string stem = "peer" + std::to_string(issued_);
    TlsIdentity identity{folder_ / (stem + ".pem"), folder_ / (stem + ".key")};
    write(identity.certificate, certificate.get());
    const File file = open(identity.private_key);
    REQUIRE(PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
    return identity;
  }

 private:
  static PrivateKey make_key() { return PrivateKey(EVP_EC_gen("P-256")); }

  static File open(const std::filesystem::path& path) {
    File file(std::fopen(path.c_str(), "wb"));
    REQUIRE(file);
    return file;
  }

  static void write(const std::filesystem::path& path, X509* certificate) {
    const File file = open(path);
    REQUIRE(PEM_write_X509(file.get(), certificate));
  }

  // For `key`, signed by this authority, valid from an hour ago to an hour from now.
  Certificate make_certificate(EVP_PKEY* key, const char* extension, const std::string& value) {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++issued_);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key);
    const std::string name = key == key_.get() ? "test authority" : "test peer";
    name_it(X509_get_subject_name(certificate.get()), name);
    name_it(X509_get_issuer_name(certificate.get()), "test authority");
    auto* extra = X509V3_EXT_conf(nullptr, nullptr, extension, value.c_str());
    REQUIRE(extra != nullptr);
    X509_add_ext(certificate.get(), extra, -1);
    X509_EXTENSION_free(extra);
    REQUIRE(X509_sign(certificate.get(), key_.get(), EVP_sha256()) > 0);
    return certificate;
  }

  static void name_it(X509_NAME* field, const std::string& name) {
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(field, "CN", MBSTRING_ASC, text, -1, -1, 0);
  }

  std::filesystem::path folder_;
  PrivateKey key_ = make_key();
  Certificate certificate_;
  int issued_ = 0;
};

}  // namespace recycled::http
