#!/bin/bash
# Installs the Debian packages that are missing. Usage: install.sh build [test]
# The one list of packages: ./run, ./test and .ci/run all use it (docs/dependencies.md says what each is for).
# No package may start a service: a policy-rc.d forbids it while they are installed, and what would start with the
# next boot is switched off again.
set -eu

packages_build=(
	gcc g++ libc6-dev binutils cmake ninja-build pkg-config scdoc
	libcurl4-openssl-dev libevent-dev libidn2-dev libmaxminddb-dev libpcap-dev libpcre2-dev libseccomp-dev libsimdjson-dev
	libsqlite3-dev libssl-dev libsystemd-dev libutf8proc-dev libxxhash-dev libyaml-dev npm
)
packages_test=(
	libcmocka-dev clang libclang-rt-14-dev python3 python3-yaml universal-ctags nginx openssl curl procps iproute2 groff-base
	chromium fonts-dejavu-core rsyslog rsyslog-gnutls prometheus-alertmanager python3-aiosmtpd
	prometheus lintian dpkg-dev file systemd util-linux debootstrap
)
# Packages of the lists that bring a service, and its name.
declare -A services=([nginx]=nginx [prometheus]=prometheus [prometheus-alertmanager]=prometheus-alertmanager [rsyslog]=rsyslog)

policy=/usr/sbin/policy-rc.d

missing_of() {
	local installed package
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
	for package in "$@"; do
		# An npm of another origin does as well, and may refuse Debian's beside it.
		if [ "$package" = npm ] && command -v npm >/dev/null; then
			continue
		fi
		grep -qx "installed $package" <<<"$installed" || echo "$package"
	done
}

restore_policy() {
	rm -f "$policy"
	if [ -e "$policy.before-assocd" ]; then
		mv "$policy.before-assocd" "$policy"
	fi
}

forbid_services() {
	if [ -e "$policy" ] && ! grep -qs assocd "$policy"; then
		mv "$policy" "$policy.before-assocd"
	fi
	trap restore_policy EXIT
	trap 'exit 130' INT TERM HUP
	printf '#!/bin/sh\n# assocd: nothing starts while packages are installed\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

apt() {
	local log
	log=$(mktemp)
	if DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; then
		rm -f "$log"
		return
	fi
	tail -n 25 "$log" >&2
	rm -f "$log"
	echo "apt-get $1 failed (above). Without a network, install by hand: ${wanted[*]}" >&2
	return 1
}

install_as_root() {
	local package
	forbid_services
	apt update
	apt install --no-install-recommends "$@"
	for package in "$@"; do
		if [ -n "${services[$package]:-}" ]; then
			update-rc.d "${services[$package]}" disable >/dev/null 2>&1 || true
		fi
	done
}

wanted=()
for list in "$@"; do
	case $list in
	build) wanted+=("${packages_build[@]}") ;;
	test) wanted+=("${packages_test[@]}") ;;
	*) echo "usage: install.sh build [test]" >&2; exit 2 ;;
	esac
done

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	echo "This is no Debian: nothing is installed. Needed, by the names of Debian 12: ${wanted[*]}" >&2
	exit 0
fi
mapfile -t missing < <(missing_of "${wanted[@]}")
if [ ${#missing[@]} = 0 ]; then
	exit 0
fi
if [ "$(id -u)" = 0 ]; then
	echo "Installing ${#missing[@]} packages: ${missing[*]}"
	install_as_root "${missing[@]}"
elif command -v sudo >/dev/null; then
	echo "Installing packages needs root; sudo may ask for your password."
	exec sudo bash "$0" "$@"
else
	echo "These packages are missing, and this is neither root nor is there sudo. As root:" >&2
	echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi
