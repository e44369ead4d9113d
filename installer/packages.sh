# Sourced by installer/run and tests/run: installs the packages named in a list that are missing.
# shellcheck shell=bash

# ensure_packages LIST WHY
ensure_packages() {
    local list=$1 why=$2 package missing=()
    while read -r package; do
        case $package in '' | '#'*) continue ;; esac
        # Node may come from elsewhere than Debian; any that is on the path will do.
        case $package in nodejs | npm) command -v "${package%js}" >/dev/null 2>&1 && continue ;; esac
        missing+=("$package")
    done <"$list"
    local installed
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "${missing[@]}" 2>/dev/null | awk '$2 == "ii" {print $1}')
    local wanted=()
    for package in "${missing[@]}"; do
        grep -qx -- "$package" <<<"$installed" || wanted+=("$package")
    done
    [ ${#wanted[@]} -eq 0 ] && return 0
    echo "Installing ${#wanted[@]} Debian packages $why:"
    echo "  ${wanted[*]}" | fold -s -w 100
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "error: these packages need root. Install sudo, or run as root: apt-get install ${wanted[*]}" >&2
            return 1
        }
        echo "  (sudo will ask for your password)"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get -qq update </dev/null &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
            "${wanted[@]}" </dev/null >/dev/null || {
        echo "error: apt-get could not install the packages; its message is above" >&2
        return 1
    }
}
