# What the programs beside it share: a MariaDB and an Usher on loopback, in a folder of their own, which end with the program that sourced this.
# shellcheck shell=bash

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
cache=${USHER_TEST_SERVERS:-$HOME/.cache/usher-tests}
work=$(mktemp -d /tmp/usher-compat-XXXXXX) # short, for the sockets' paths in it
started=()

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 69; }

# Ends what has been started.
stop() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null; done
  started=()
}

end() {
  local status=$?
  trap - EXIT
  stop
  [[ -n ${COMPAT_KEEP:-} ]] && echo "kept: $work" >&2 || rm -rf "$work"
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM

# need PACKAGE...: Debian packages, installed where one is missing; none of them may start a service.
need() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  echo "installing: $*" >&2
  local policy=/usr/sbin/policy-rc.d mine=
  [[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && mine=1; }
  { apt-get update; DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; } >"$work/apt.log" 2>&1 </dev/null ||
    { tail -n 3 "$work/apt.log" >&2; die "cannot install $*"; }
  [[ -z $mine ]] || rm -f $policy
}

# A port that nobody listens on now.
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

sql() { mariadb --no-defaults --protocol=tcp -h127.0.0.1 -P"$server_port" -uroot -N "$@"; }

# start_server [OPTION...]: the system's MariaDB, with an empty data directory; sets server_port and server_version. root has no password.
start_server() {
  need mariadb-server mariadb-client
  server_port=$(free_port)
  rm -rf "$work/data"
  mariadb-install-db --no-defaults --user=root --datadir="$work/data" --tmpdir="$work" --auth-root-authentication-method=normal --skip-test-db >"$work/install.log" 2>&1 ||
    { tail -n 5 "$work/install.log" >&2; die 'cannot make a data directory'; }
  /usr/sbin/mariadbd --no-defaults --user=root --datadir="$work/data" --socket="$work/socket" --pid-file="$work/pid" --tmpdir="$work" \
    --bind-address=127.0.0.1 --port="$server_port" --innodb-flush-log-at-trx-commit=0 "$@" >"$work/server.log" 2>&1 </dev/null &
  started+=($!)
  local i
  for ((i = 0; i < 300; i++)); do
    server_version=$(sql -e 'SELECT VERSION()' 2>/dev/null) && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$work/server.log" >&2
  die 'the server does not start'
}

# start_usher [OPTION...]: in front of that server, in `shuffle`; sets usher_port.
start_usher() {
  usher_port=$(free_port)
  "$root/usher" serve --server "127.0.0.1:$server_port" --listen "127.0.0.1:$usher_port" --listen "$work/usher.socket" --admin off --state-directory "$work/usher" \
    --hand-over shuffle "$@" >>"$work/usher.log" 2>&1 </dev/null &
  started+=($!)
  local i
  for ((i = 0; i < 600; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$usher_port") 2>/dev/null && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 5 "$work/usher.log" >&2
  die 'Usher does not start'
}

# source_of PACKAGE: the unpacked upstream source of a Debian source package, in whichever of Debian's suites the mirror still has it; sets `source` and `version`.
source_of() {
  local name=$1 apt=$cache/compat/apt mirror version_tried uri file size sum
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -E '^(deb |URIs:)' | grep -oE '[a-z+]+://[^ ]+/debian/?( |$)' | tr -d ' ' | head -n 1)
  [[ -n $mirror ]] || die "no Debian mirror in this system's apt sources"
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/status"
  printf "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror %s main\n" bookworm trixie sid >"$apt/sources.list"
  cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
  [[ -n $(find "$apt/state/lists" -name '*Sources*' -mtime -1 -print -quit) ]] || APT_CONFIG=$apt/apt.conf apt-get update >"$work/apt.log" 2>&1 ||
    die "apt-get update: $(tail -n 1 "$work/apt.log")"
  # The newest first. Only the upstream tarball: Debian's patches are about Debian.
  for version_tried in $(APT_CONFIG=$apt/apt.conf apt-cache showsrc "$name" 2>/dev/null | sed -n 's/^Version: //p' | sort -rVu); do
    source=$cache/compat/$name-$version_tried version=${version_tried%-*}
    version=${version%%[+~]*}
    [[ -e $source/.complete ]] && return
    read -r uri file size sum < <(APT_CONFIG=$apt/apt.conf apt-get source --print-uris "$name=$version_tried" 2>/dev/null | tr -d "'" | grep -E '\.orig\.tar\.[a-z0-9]+ ')
    [[ -n ${uri:-} ]] && curl -fsSL -o "$work/$file" "$uri" && [[ $(stat -c %s "$work/$file") == "$size" ]] || continue
    case $sum in
      MD5Sum:*) md5sum --status -c <<<"${sum#*:}  $work/$file" || continue ;;
      SHA256:*) sha256sum --status -c <<<"${sum#*:}  $work/$file" || continue ;;
      SHA512:*) sha512sum --status -c <<<"${sum#*:}  $work/$file" || continue ;;
      *) continue ;;
    esac
    rm -rf "$source" && mkdir -p "$source" && tar -xf "$work/$file" -C "$source" --strip-components 1 && touch "$source/.complete" && return
  done
  die "no source of $name can be had"
}
