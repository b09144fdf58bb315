#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the certificates of the TLS tests anew, for a hundred years. They protect nothing: the keys
# are public.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
days=36500

# Functions take the name of the files, then that of the certificate, then the names it is for.
key_and() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
authority() {
  key_and "$1"
  openssl req -x509 -new -key "$1.key" -days "$days" -subj "/CN=$2" -out "$1.pem"
}
signed() {
  key_and "$1"
  openssl req -new -key "$1.key" -subj "/CN=$2" |
    openssl x509 -req -CA authority.pem -CAkey authority.key -CAcreateserial -days "$days" \
      -extfile <(printf 'subjectAltName=%s\n' "$3") -out "$1.pem"
}

authority authority 'py4cpp test authority'
authority stranger 'another authority'
signed gateway gateway 'DNS:localhost,IP:127.0.0.1,IP:::1'
signed elsewhere elsewhere 'DNS:elsewhere.example'
rm -f authority.srl authority.key
