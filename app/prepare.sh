# Sourced by app/run, tests/run and tests/bench/run: installs missing packages, configures and builds.
# Functions only; nothing runs on sourcing.

salient_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# wanted_packages SECTION…: the package names of those sections of packages.txt.
wanted_packages() {
    awk -v wanted=" $* " '/^\[/ { section = substr($1, 2, length($1) - 2); next }
        /^[^#]/ && NF && index(wanted, " " section " ") { print $1 }' "$salient_root/app/packages.txt"
}

# install_packages YES SECTION…: says what is missing and installs it; YES=1 does not ask.
install_packages() {
    local yes=$1 package missing=() as_root=() doubt=""
    shift
    command -v dpkg-query >/dev/null || { say "Not a Debian system: install the packages of app/packages.txt by your own means."; return 0; }
    for package in $(wanted_packages "$@"); do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "Missing Debian packages: ${missing[*]}"
    if [ "$yes" != 1 ]; then
        [ -t 0 ] || fail "Run again with --yes to install them, or install them yourself."
        read -r -p "Install them now? [Y/n] " answer || fail "Nothing was installed." # end of input is no consent
        case "$answer" in "" | [Yy]*) ;; *) fail "Nothing was installed." ;; esac
    fi
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "Installing needs root: run this as root, or install sudo."
        as_root=(sudo)
    fi
    # A source that cannot be reached is by itself no error to apt-get update, nor a reason to stop: the others may suffice.
    if ! "${as_root[@]}" apt-get update -q --error-on=any; then
        doubt=" The package lists could not be fetched either: is there a network?"
        say "Some package lists could not be fetched; trying with those at hand."
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" ||
        fail "Installing failed (see above).$doubt Without a network, install these packages from a mirror or a disc: ${missing[*]}"
}

# build PRESET [TARGET…]: configures and builds; a second call does only what changed.
build() {
    local preset=$1
    shift
    (
        cd "$salient_root" || exit 1
        if command -v ccache >/dev/null; then # where it is installed, a second clone builds in a fraction of the time
            export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$salient_root CCACHE_NOHASHDIR=1
        fi
        say "Configuring ($preset) …"
        cmake --preset "$preset" >"/tmp/salient-configure.$$" 2>&1 || { cat "/tmp/salient-configure.$$" >&2; rm -f "/tmp/salient-configure.$$"; exit 1; }
        rm -f "/tmp/salient-configure.$$"
        say "Building ($preset) …"
        if [ $# -gt 0 ]; then cmake --build --preset "$preset" --target "$@"; else cmake --build --preset "$preset"; fi
    ) || fail "The build failed (see above)."
}
