// SPDX-License-Identifier: Apache-2.0
//
// Certificates and keys, and what to tell a person when they do not fit.
#include "gateway/transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <cerrno>
#include <fstream>
#include <new>
#include <sstream>
#include <system_error>
#include <vector>

#include "base/error.hpp"
#include "gateway/transport/sockets.hpp"

namespace py4cpp {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::string_view pem_mark = "-----BEGIN";

/// One PEM of the options, with words for errors about it.
struct Pem {
  std::string what;  // "TLS certificate (TlsServer::certificate)"
  std::string text;
  std::string source;  // " of /etc/gateway.pem", or nothing for text.

  Error error(const std::string& trouble) const {
    return Error("the " + what + source + " " + trouble);
  }
};

Pem load(const std::string& option, std::string what) {
  Pem pem{std::move(what), option, ""};
  if (option.find(pem_mark) != std::string::npos) return pem;
  pem.source = " of " + option;
  std::ifstream file(option, std::ios::binary);
  if (!file)
    throw pem.error("cannot be opened: " + std::system_category().message(errno) +
                    "; give the path of a PEM file, or the PEM text itself");
  pem.text = (std::ostringstream() << file.rdbuf()).str();
  return pem;
}

Bio reader_of(const Pem& pem) {
  Bio bio(BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())), &BIO_free);
  if (!bio) throw std::bad_alloc();
  return bio;
}

/// Called for keys that need a password, which nobody can type here.
int no_password(char*, int, int, void*) { return -1; }

std::vector<Certificate> certificates_in(const Pem& pem) {
  const Bio bio = reader_of(pem);
  std::vector<Certificate> found;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, &no_password, nullptr))
    found.emplace_back(next, &X509_free);
  ERR_clear_error();
  if (found.empty())
    throw pem.error(
        "holds no certificate; it needs a part that begins with "
        "-----BEGIN CERTIFICATE-----");
  return found;
}

Key key_in(const Pem& pem) {
  const Bio bio = reader_of(pem);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  ERR_clear_error();
  if (!key)
    throw pem.error(
        "holds no private key that can be read; it needs a part that begins with "
        "-----BEGIN PRIVATE KEY----- and has no password");
  return key;
}

void use_certificate(SSL_CTX* context, const Pem& certificate, const Pem& key) {
  const auto chain = certificates_in(certificate);
  const Key own_key = key_in(key);
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    throw certificate.error("is refused by OpenSSL: " +
                            std::string(ERR_reason_error_string(ERR_get_error())));
  if (X509_check_private_key(chain.front().get(), own_key.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, own_key.get()) != 1) {
    ERR_clear_error();
    throw key.error("does not belong to the certificate" + certificate.source +
                    "; the certificate comes first in its file, those of authorities after it");
  }
  for (std::size_t i = 1; i < chain.size(); ++i)
    SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, chain[i].get());
}

/// Also takes a server's own certificate for an authority, as one does with self-signed ones.
void trust(SSL_CTX* context, const Pem& authorities) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const auto& certificate : certificates_in(authorities)) {
    X509_STORE_add_cert(store, certificate.get());
    SSL_CTX_add_client_CA(context, certificate.get());
  }
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  ERR_clear_error();
}

/// Sessions are not resumed: a connection lives long, and tickets would look like data to read.
SSL_CTX* make_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return context;
}

/// What to do about a callback server's certificate.
std::string advice(const TlsStream& stream) {
  const std::string trouble = stream.certificate_failure();
  if (!trouble.empty())
    return "its certificate is refused (" + trouble +
           "); give the authority that signed it in callback_tls->authorities, and the name that "
           "it is for in callback_tls->host_name";
  if (stream.failure_reason() == SSL_R_WRONG_VERSION_NUMBER)
    return "it does not speak TLS; give CallbackServerParameters an ssl_context, or leave "
           "callback_tls out";
  if (stream.failure_reason() == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
      stream.failure_reason() == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE)
    return "it wants a certificate of ours (" + stream.failure() +
           "); give it in callback_tls->certificate and callback_tls->key";
  return stream.failure();
}

}  // namespace

TlsContext::TlsContext(const TlsServer& options)
    : context_(make_context(TLS_server_method()), &SSL_CTX_free) {
  const Pem certificate = load(options.certificate, "TLS certificate (TlsServer::certificate)");
  const Pem key = load(options.key, "TLS key (TlsServer::key)");
  use_certificate(context_.get(), certificate, key);
  if (options.client_authorities.empty()) return;
  trust(context_.get(),
        load(options.client_authorities, "list of authorities (TlsServer::client_authorities)"));
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

TlsContext::TlsContext(const TlsClient& options)
    : context_(make_context(TLS_client_method()), &SSL_CTX_free) {
  if (options.authorities.empty())
    SSL_CTX_set_default_verify_paths(context_.get());
  else
    trust(context_.get(),
          load(options.authorities, "list of authorities (TlsClient::authorities)"));
  SSL_CTX_set_verify(context_.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.certificate.empty()) return;
  use_certificate(context_.get(),
                  load(options.certificate, "TLS certificate (TlsClient::certificate)"),
                  load(options.key, "TLS key (TlsClient::key)"));
}

std::unique_ptr<TlsStream> TlsContext::accept(int socket) const {
  return std::make_unique<TlsStream>(context_.get(), socket, true);
}

std::unique_ptr<TlsStream> TlsContext::connect(int socket, const std::string& host,
                                               std::chrono::milliseconds time_max,
                                               const std::string& place) const {
  auto stream = std::make_unique<TlsStream>(context_.get(), socket, false);
  if (SSL_CTX_get_verify_mode(context_.get()) != SSL_VERIFY_NONE) stream->expect_host(host);
  const auto end = std::chrono::steady_clock::now() + time_max;
  const auto fail = [&](const std::string& reason) {
    return Disconnected("no TLS connection to Python's callback server at " + place + ": " +
                        reason);
  };
  for (;;) {
    const auto step = stream->handshake();
    if (step == TlsStream::Step::done) break;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    const bool is_waiting =
        step == TlsStream::Step::wants_read || step == TlsStream::Step::wants_write;
    if (!is_waiting) throw fail(advice(*stream));
    const short events = step == TlsStream::Step::wants_read ? POLLIN : POLLOUT;
    if (left.count() <= 0 || !wait_for(socket, events, left))
      throw fail("it did not shake hands in time (callback_connect_ms_max)");
  }
  stream->set_blocking(true);
  return stream;
}

std::string TlsContext::explain(const TlsStream& stream) {
  const int reason = stream.failure_reason();
  if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_WRONG_VERSION_NUMBER)
    return "it does not speak TLS; its GatewayParameters need an ssl_context";
  if (reason == SSL_R_TLSV1_ALERT_UNKNOWN_CA || reason == SSL_R_SSLV3_ALERT_BAD_CERTIFICATE ||
      reason == SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN)
    return "it does not trust our certificate (" + stream.failure() +
           "); its ssl_context needs load_verify_locations with the authority that signed it, and "
           "the address that it connects to must be in the certificate";
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    return "it presented no certificate, which TlsServer::client_authorities asks for; its "
           "ssl_context needs load_cert_chain";
  if (const auto trouble = stream.certificate_failure(); !trouble.empty())
    return "its certificate is refused (" + trouble +
           "); it must be signed by one of TlsServer::client_authorities";
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_VERSION_TOO_LOW)
    return "it speaks no TLS of version 1.2 or newer";
  return stream.failure();
}

}  // namespace py4cpp
