# Sourced by the commands in scripts/: prepares this checkout and runs TypeScript with Node 24.
#
#   . "$(dirname "$(readlink -f "$0")")/lib/node.sh"
#   run_typescript scripts/clusters/main.ts "$@"
#
# Works from any directory and with any Node ≥ 20 on the machine: Node 24, which runs TypeScript as it is, comes
# from npm as a package of its own. Words go to stderr only.

root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${KUBECTL_PODCIDR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-podcidr}

fail() {
  echo "error: $1" >&2
  exit 2
}

# Whether node_modules is what package-lock.json describes: npm's own record is newer, or the checksum is the one we noted.
dependencies_are_fresh() {
  [ -f "$root/node_modules/.package-lock.json" ] || return 1
  [ "$root/node_modules/.package-lock.json" -nt "$root/package-lock.json" ] && return 0
  [ "$(cat "$root/node_modules/.checksum" 2>/dev/null)" = "$(cksum <"$root/package-lock.json")" ]
}

# Two commands started together must not both empty node_modules: the second waits for the first.
take_install_lock() {
  lock=$cache/locks/npm-$(echo "$root" | cksum | cut -d' ' -f1)
  mkdir -p "$cache/locks"
  waiting=
  while ! mkdir "$lock" 2>/dev/null; do
    holder=$(cat "$lock/pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$lock"
      continue
    fi
    [ -n "$waiting" ] || echo "waiting for another npm ci in this checkout" >&2
    waiting=yes
    sleep 1
  done
  echo $$ >"$lock/pid"
}

npm_ci() {
  (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null >"$lock/npm.log" 2>&1) && return 0
  echo "npm ci: $(grep -v -m 1 -E '^npm error (code|errno)|^npm error$' "$lock/npm.log" || true)" >&2
  return 1
}

install_dependencies() {
  dependencies_are_fresh && return 0
  command -v npm >/dev/null 2>&1 || fail 'npm was not found; install Node 20 or newer'
  take_install_lock
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT TERM HUP
  if ! dependencies_are_fresh; then
    echo 'installing the packages of package-lock.json (npm ci, under a minute)' >&2
    npm_ci || fail 'npm could not install the packages'
    cksum <"$root/package-lock.json" >"$root/node_modules/.checksum"
  fi
  rm -rf "$lock"
  trap - EXIT INT TERM HUP
}

# Replaces this shell by Node 24 with the given TypeScript file of the checkout and its arguments.
run_typescript() {
  install_dependencies
  PATH=$root/node_modules/.bin:$PATH
  export PATH
  major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  [ "$major" -ge 24 ] || fail "Node 24 is needed; found $(node --version 2>/dev/null || echo none) (npm has no Node package for this platform)"
  file=$root/$1
  shift
  exec node "$file" "$@"
}
