# SPDX-License-Identifier: Apache-2.0
# What ./run and ./test share: system packages, Python environments, configuring, compiling. The
# caller sets $root. Each step first looks whether its work is done already, without any network,
# and says what it does only when it does something.
# shellcheck shell=bash

build=$root/build
# Debian's own interpreter, which python3-venv belongs to, rather than whatever stands first in PATH.
base_python=${PY4CPP_BASE_PYTHON:-/usr/bin/python3}
build_packages=(
  g++ meson ninja-build pkg-config python3 python3-venv
  libboost1.81-dev libssl-dev zlib1g-dev nlohmann-json3-dev libcli11-dev doctest-dev
)

say() { printf 'py4cpp: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Installs those of the given Debian packages that are not installed.
install_packages() {
  local installed missing=() package
  if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian system; these packages, or their like, have to be there: $*"
    return
  fi
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null) || true
  for package in "$@"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $package"$'\n'* ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "packages are missing and sudo is not there; as root, run:
  apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get -qq update >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
}

# Installs requirements/$2.txt into the environment build/$1 unless that very lock is in there. A
# lock names everything, so that nothing is installed because a package asks for it.
install_lock() {
  local environment=$build/$1 lock=$root/requirements/$2.txt
  local marker=$environment/locks/$2.txt
  cmp --silent "$lock" "$marker" && return
  say "installing requirements/$2.txt into build/$1"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --require-hashes --requirement "$lock" >&2
  mkdir -p "${marker%/*}"
  cp "$lock" "$marker"
}

# Makes the environment build/$1 from the lock of the same name; a changed lock makes it anew.
make_environment() {
  local environment=$build/$1
  if [[ -x $environment/bin/python ]] && cmp --silent "$root/requirements/$1.txt" \
    "$environment/locks/$1.txt"; then
    return
  fi
  local main='^(pyspark|pyspark-client|numpy|ipykernel)==[^ ]*'
  say "making build/$1, the environment of $(grep -m 1 -oE "$main" "$root/requirements/$1.txt")"
  rm -rf "$environment"
  "$base_python" -m venv "$environment" >&2 || die "$base_python cannot make an environment"
  install_lock "$1" build
  install_lock "$1" "$1"
}

# Configures $1 (a folder) with the remaining arguments unless it is configured. It is configured
# anew when the environment that Arrow's headers come from was made after it.
configure() {
  local folder=$1 mode=()
  shift
  if [[ -f $folder/build.ninja ]]; then
    [[ $build/env-arrays/locks/env-arrays.txt -nt $folder/build.ninja ]] || return 0
    mode=(--reconfigure)
  fi
  say "configuring ${folder#"$root"/}"
  meson setup "${mode[@]}" "$folder" "$root" "$@" >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log" >&2
    die "the configuration failed; its log is $build/configure.log"
  }
}

# Compiles the given targets of $1 (a folder), all of them when none is given.
compile() {
  local folder=$1 quiet=(--quiet)
  shift
  [[ $(ninja -C "$folder" -n "$@" 2>/dev/null) == *"no work to do"* ]] && return
  say "compiling ${folder#"$root"/}"
  [[ -t 2 ]] && quiet=()
  ninja -C "$folder" --quiet build.ninja >"$build/configure.log" 2>&1 ||
    die "the configuration failed; its log is $build/configure.log"
  ninja -C "$folder" "${quiet[@]}" "$@" >&2 || die "the compilation failed"
}

# Lets only one set-up work in the build folder at a time; the rest waits here.
lock_build() {
  mkdir -p "$build"
  exec {build_lock}>"$build/setup.lock"
  flock --nonblock "$build_lock" || {
    say "waiting for another set-up in $build"
    flock "$build_lock"
  }
}

unlock_build() { exec {build_lock}>&-; }
