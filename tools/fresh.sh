#!/usr/bin/env bash
# From nothing to a removed program: packs iwanto, installs it on a clean home, uses it, upgrades it while
# it runs, and removes it again. Each step ends in `ok`, or in what went wrong.
#   tools/fresh.sh [NODE]     NODE is the Node.js to install for; without it, the one of the packages.
# Needs a built checkout ("npm ci && npm run build"). It works in a folder of its own, speaks on the loopback
# interface only, and leaves nothing behind.
set -uo pipefail
checkout="$(cd "$(dirname "$0")/.." && pwd)"
node="$(realpath "${1:-$checkout/node_modules/.bin/node}")"
# Sockets lie below it, and their paths may have 107 characters.
room="$(mktemp -d "${TMPDIR:-/tmp}/iwanto-fresh-XXXX")"
home="$room/home" prefix="$room/prefix"
mkdir -p "$home" "$room/bin" "$room/runtime"
chmod 700 "$room/runtime"
services=''

finish() {
  [ -z "$services" ] || kill -KILL -- "-$services" 2>/dev/null
  cd / && rm -rf "$room"
}
trap finish EXIT

# step TITLE FUNCTION: runs it aside, prints `ok` and how long it took, or all that it said.
step() {
  local started="$SECONDS" code
  printf '%-68s' "$1"
  # Not within the condition: there, bash would go on after a failure.
  (
    set -e
    "$2"
  ) >"$room/said" 2>&1
  code=$?
  if [ "$code" -eq 0 ]; then
    printf 'ok  %s s\n' "$((SECONDS - started))"
  else
    printf 'FAILED\n'
    sed 's/^/  | /' "$room/said"
    exit 1
  fi
}

fail() {
  echo "$*"
  return 1
}

# A clean home, as a new user has it, with this Node.js in front. Whatever compiles something is refused.
# Only the way to the registry (proxies, certificates, settings of npm) stays that of whoever runs this.
inside() {
  env -u IWANT_HOME -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_CACHE_HOME -u NODE_OPTIONS \
    HOME="$home" SHELL=/bin/bash TERM=dumb LANG=C.UTF-8 XDG_RUNTIME_DIR="$room/runtime" \
    npm_config_cache="${npm_config_cache:-$HOME/.npm}" npm_config_update_notifier=false \
    npm_config_userconfig="${npm_config_userconfig:-$HOME/.npmrc}" \
    PATH="$room/bin:$prefix/bin:$(dirname "$node"):$PATH" "$@"
}

# The same, for five minutes at most.
clean() { inside timeout --kill-after=5 300 "$@"; }

# retry COMMAND...: until it succeeds, for a minute at most.
retry() {
  local end=$((SECONDS + 60))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "in vain for a minute: $*"
    sleep 0.2
  done
}

refuse_compilers() {
  local tool
  for tool in gcc g++ cc c++ clang make cmake python3 python node-gyp; do
    printf '#!/bin/sh\necho "$0 was called: something is compiled" >&2\nexit 97\n' >"$room/bin/$tool"
    chmod +x "$room/bin/$tool"
  done
}

pack() {
  "$node" "$checkout/tools/dist/pack.js" --out "$room/old"
  "$node" "$checkout/tools/dist/pack.js" --out "$room/new" --version 99.0.0
  [ "$(ls "$room/old" | wc -l)" -eq 1 ]
}

install_old() { clean npm install --global --prefix "$prefix" --no-audit --no-fund "$room"/old/iwanto-*.tgz; }

version_is_packed() {
  local packed
  packed="$(basename "$room"/old/iwanto-*.tgz .tgz)"
  [ "iwanto-$(clean iwanto --version)" = "$packed" ]
}

help_and_manual() {
  clean iwanto --help | grep -q 'iwanto search'
  [ -e "$prefix/share/man/man1/iwanto.1" ]
  ! command -v man >/dev/null || clean man --warnings "$prefix/share/man/man1/iwanto.1" | grep -q 'EXIT STATUS'
  local package="$prefix/lib/node_modules/iwanto"
  [ -s "$package/LICENSE" ] && [ -s "$package/THIRD-PARTY-LICENSES.txt" ]
  [ -n "$(ls "$package/tools/systemd")" ] && [ -n "$(ls "$package/tools/pm2")" ]
}

completions() {
  local package="$prefix/lib/node_modules/iwanto"
  # shellcheck disable=SC2016
  clean bash -c 'source "$1"; COMP_WORDS=(iwanto unsh); COMP_CWORD=1; _iwanto; [ "${COMPREPLY[*]}" = unshare ]' \
    bash "$package/completions/iwanto.bash"
  ! command -v zsh >/dev/null || clean zsh -n "$package/completions/_iwanto"
  ! command -v fish >/dev/null || clean fish --no-execute "$package/completions/iwanto.fish"
}

old_node_is_refused() {
  local old said
  for old in /usr/local/bin/node /usr/bin/node; do
    [ -x "$old" ] && [ "$("$old" -p 'parseInt(process.versions.node)')" -lt 22 ] || continue
    said="$("$old" "$prefix/bin/iwanto" status 2>&1)" && fail "$old was accepted"
    [[ "$said" =~ ^iwanto:\ Node\.js\ .*\ is\ too\ old ]] || fail "$said"
  done
}

demo() { (cd "$home" && clean "$node" "$checkout/tools/dist/demo.js" --program "$prefix/bin/iwanto"); }

configure() {
  mkdir -p "$home/.config/iwanto" "$home/music"
  head -c 3000000 /dev/urandom >"$home/music/blue danube.flac"
  # Ports of its own: other peers of this machine must not be met.
  local base=$((20000 + RANDOM % 10000))
  cat >"$home/.config/iwanto/config.json" <<END
{"interfaces": ["lo"], "discoveryPort": $base, "share": ["$home/music"],
 "ports": {"election": $((base + 1)), "indexer": $((base + 2)), "transfer": $((base + 3))}}
END
}

# In the background and in a process group of its own, so that nothing outlives this script.
start() {
  cd "$home" || exit 1
  : >"$room/services"
  set -m
  inside iwanto start >"$room/services" 2>&1 &
  services=$!
  set +m
  cd "$checkout" || exit 1
}

is_ready() { grep -qx ready "$room/services" || { cat "$room/services" && return 1; }; }
finds() { clean iwanto search blu danub | grep -q 'blue danube.flac'; }
ready_and_finds() { retry is_ready && retry finds; }
identity() { clean iwanto id --json >"$room/id" && clean iwanto shares --json >"$room/shares"; }

upgrade() {
  clean npm install --global --prefix "$prefix" --no-audit --no-fund "$room/new/iwanto-99.0.0.tgz"
  [ "$(clean iwanto --version)" = 99.0.0 ]
  finds
}

stop() {
  clean iwanto stop
  retry is_over
}
is_over() { ! kill -0 -- "-$services" 2>/dev/null; }

same_data() {
  retry is_ready
  clean iwanto id --json | cmp - "$room/id"
  retry finds
  clean iwanto status --verbose | grep -q 'version 99.0.0'
  clean iwanto shares | grep -q '^ *1 .*music$'
}

newer_data_is_refused() {
  local database="$home/.local/share/iwanto/catalogue.sqlite" said
  cp "$database" "$room/kept"
  version_of_data "$database" 9999
  said="$(clean iwanto start 2>&1)" && fail 'data of a newer version was accepted'
  grep -q 'written by a newer iwanto (format 9999' <<<"$said" || fail "$said"
  [ "$(version_of_data "$database")" = 9999 ] || fail 'the data was changed'
  cp "$room/kept" "$database"
}

# version_of_data FILE [VERSION]: the number SQLite keeps in bytes 60 to 63 of the header; sets it when given.
version_of_data() {
  "$node" --input-type=commonjs -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const [file, version] = process.argv.slice(1);
    const bytes = readFileSync(file);
    if (version) {
      bytes.writeUInt32BE(Number(version), 60);
      writeFileSync(file, bytes);
    } else console.log(bytes.readUInt32BE(60));' "$@"
}

uninstall() {
  clean iwanto uninstall --data --yes
  clean npm uninstall --global --prefix "$prefix" iwanto
  [ ! -e "$prefix/bin/iwanto" ]
  # What the user has made is all that is left.
  local left
  left="$(cd "$home" && find . -type f ! -path './.npm/*' ! -path './.config/fish/*' ! -path './.local/share/fish/*' ! -path './.cache/fish/*')"
  [ "$left" = './music/blue danube.flac' ] || fail "left behind: $left"
  [ ! -e "$room/runtime/iwanto" ] || fail "left behind: $(ls "$room/runtime/iwanto")"
}

printf 'Node.js %s, npm %s\n' "$("$node" --version)" "$(npm --version)"
refuse_compilers
step 'the package is made' pack
step 'it is installed into an empty prefix; nothing is compiled' install_old
step 'the command says its version' version_is_packed
step 'help, manual page, licences, unit files' help_and_manual
step 'completion for bash, zsh and fish' completions
step 'a Node.js that is too old is refused in one sentence' old_node_is_refused
step 'the demo, from the installed command, outside the checkout' demo
step 'a configuration and a folder to share' configure
start
step 'start: ready, and a misspelt search finds the file' ready_and_finds
step 'its identity and what it shares' identity
step 'a newer version is installed over the running one' upgrade
step 'stop' stop
start
step 'the newer version starts with the same identity and data' same_data
step 'stop again' stop
services=''
step 'data of a version newer still is refused with a sentence' newer_data_is_refused
step 'uninstall removes what it made, and nothing else' uninstall
echo 'ok'
