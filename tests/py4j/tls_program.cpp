// SPDX-License-Identifier: Apache-2.0
//
// The program of py4j.examples that speaks TLS in both directions.
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/py4j/applications.hpp"
#include "tests/py4j/programs.hpp"

namespace py4j_peer {

using namespace py4cpp;

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

/// A gateway takes no key that has a password, and that of py4j's tests has one.
std::string key_without_password(const std::string& file) {
  std::string password = "password";
  const Bio in(BIO_new_file(file.c_str(), "r"), &BIO_free);
  const Bio out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!in || !out) throw std::runtime_error(file + " cannot be opened");
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, password.data()),
                &EVP_PKEY_free);
  if (!key ||
      PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error(file + " holds no key that can be read");
  std::string pem(BIO_ctrl_pending(out.get()), '\0');
  BIO_read(out.get(), pem.data(), static_cast<int>(pem.size()));
  return pem;
}

}  // namespace

/// The one certificate is that of both sides, and for this name.
int run_example_with_tls(Words) {
  const char* const certificate = std::getenv("PY4J_PEER_CERTIFICATE");
  if (!certificate) throw std::runtime_error("PY4J_PEER_CERTIFICATE is not set");
  auto options = example();
  options.address = "localhost";
  options.tls = TlsServer{certificate, key_without_password(certificate), {}};
  auto& callback_tls = options.callback_tls.emplace();
  callback_tls.authorities = certificate;
  callback_tls.host_name = options.address;
  return serve(std::move(options));
}

}  // namespace py4j_peer
