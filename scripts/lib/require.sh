# What the scripts share: installing what a fresh Debian or Ubuntu lacks. To be sourced.

# Installs the packages that bring the missing ones of these programs.
require() {
    local program packages=()
    for program in "$@"; do
        has "$program" || packages+=("$(package_of "$program")")
    done
    [[ ${#packages[@]} -gt 0 ]] || return 0
    if ! has apt-get; then
        echo "Missing: $*. Install them; on Debian the packages are: ${packages[*]}" >&2
        exit 1
    fi
    echo "Installing with apt-get: ${packages[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

has() {
    case $1 in
    # Debian keeps the server's programs out of PATH. Where a server is given, none is needed here.
    initdb) [[ -n ${TEST_DATABASE_URL:-} ]] || command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' ;;
    # Debian keeps what makes environments apart from Python itself.
    python3-venv) python3 -c 'import ensurepip, venv' 2>&1 ;;
    redis-server) [[ -n ${TEST_REDIS_URL:-} ]] || command -v redis-server ;;
    *) command -v "$1" ;;
    esac >/dev/null
}

package_of() {
    case $1 in
    # With the C library's headers, for SQLite, the cryptography and the allocator.
    cc | make) echo build-essential ;;
    initdb | pgbench) echo postgresql ;;
    psql) echo postgresql-client ;;
    redis-benchmark | redis-cli) echo redis-tools ;;
    *) echo "$1" ;;
    esac
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}
