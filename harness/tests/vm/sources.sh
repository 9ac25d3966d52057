# shellcheck shell=bash disable=SC2154,SC2016
# SPDX-License-Identifier: BSD-2-Clause
# Kernels of other sources than Debian's archive: mirrors made of a Debian kernel of the store, on the loopback; and mirrors
# that lie.

mirrors=harness/tests/mirrors www=$scratch/www
release=$(awk '$1 == "6.1-cloud" { print $4 }' images/kernels.lock)
objects=(build/progs/exec_identity.bpf.o build/progs/ksym_guard.bpf.o build/progs/module_function.bpf.o build/progs/fixed_offset.bpf.o)
# What stalls is given up sooner than by a user.
printf 'Acquire::http::Timeout "2";\nAcquire::Retries "0";\n' >"$scratch/apt.conf"
export APT_CONFIG=$scratch/apt.conf

made() {
	"$mirrors/key.sh" "$scratch/gpg" mirror && "$mirrors/key.sh" "$scratch/gpg" stranger &&
		"$mirrors/tree.sh" "images/$release" "$release" "$scratch/tree" && mkdir "$www"
}
check "a kernel of the store as the tree of a package, and keys" made
python3 "$mirrors/serve.py" "$www" "$scratch/port" &
server=$!
until [ -s "$scratch/port" ]; do kill -0 $server || break; sleep 0.1; done
base=http://127.0.0.1:$(cat "$scratch/port")

# store DIRECTORY: with the kernel from Debian's package.
store() {
	local entry
	mkdir -p "$1" && cp images/kernels.lock "$1/" && entry=$1/$release && ln -s "$(realpath "images/$release")" "$entry"
}
# row LIST WORDS: beside Debian's own, both of one kernel.
row() { printf '6.1 cloud\n%s\n' "$2" >"$1"; }
# same_verdicts ID: what each object comes to on it is what it comes to on Debian's.
same_verdicts() {
	latest '[.cells[] | {object, verdict, class, kernel}] | group_by(.object) | length > 2 and
		all(length == 2 and (.[0].verdict == .[1].verdict) and (.[0].class == .[1].class) and any(.kernel == "'"$1"'"))'
}
run_list() { "$corematrix" run -j "$jobs" -k "$1" --images "$2" -o "$scratch/results" "${@:3}" "${objects[@]}"; }

# refuses NAME TEXT LIST: not fetched, for that reason, and the store keeps nothing of it.
refuses() {
	local dir=$scratch/store-$1
	store "$dir" && status 3 "$2" "$corematrix" kernels fetch -k "$3" --images "$dir" || return 1
	[ "$(find "$dir" -name record.json -o -name '*vmlin*' -o -name '.tmp*')" = "" ] || { find "$dir"; return 1; }
	! grep -v ^6.1-cloud "$dir/kernels.lock" | grep "$release"
}

# ---- an archive in Ubuntu's layout ----

# sources NAME URI KEYRING: the definition of source NAME, in a directory of its own, with its list.
sources() {
	mkdir -p "$scratch/$1" && cp "$scratch"/{mirror,stranger}.gpg "$scratch/$1/" && row "$scratch/$1/kernels.txt" "noble generic source=ubuntu id=6.1-ubuntu" &&
		printf 'Types: deb\nURIs: %s\nSuites: noble\nComponents: main\nSigned-By: %s.gpg\n' "$base/$2" "$3" >"$scratch/$1/ubuntu.sources"
}
check "an archive in Ubuntu's layout is made" "$mirrors/apt.sh" "$scratch/tree" "$release" "$scratch/gpg" "$www/apt"
apt_fetched() {
	sources apt apt mirror && store "$scratch/images" &&
		"$corematrix" kernels fetch -k "$scratch/apt/kernels.txt" --images "$scratch/images" "${objects[@]}" &&
		[ -s "$scratch/images/ubuntu-$release/modules/tcp_westwood.ko" ]
}
check "its kernel is fetched, with a module of its third package" apt_fetched
check "and booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/apt/kernels.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-ubuntu

# ---- archives that lie ----

# copy_of NAME: of the archive, to be spoilt.
copy_of() { mkdir -p "$www/$(dirname "$1")" && cp -r "$www/apt" "$www/$1" && sources "$1" "$1" mirror; }
no_index() { refuses "$1" "$2" "$scratch/$1/kernels.txt"; }

stranger() { copy_of stranger && sources stranger stranger stranger && no_index stranger "public key is not available"; }
check "an archive that another key signed is refused" stranger
unsigned() { copy_of unsigned && rm "$www/unsigned/dists/noble/InRelease" && no_index unsigned "noble Release' is not signed"; }
check "one that nobody signed is refused" unsigned
# change FILE: one byte of it.
change() { printf x | dd of="$1" bs=1 seek=200 conv=notrunc status=none; }
packages=dists/noble/main/binary-amd64/Packages
changed_list() { copy_of list && rm "$www/list/$packages" && change "$www/list/$packages.xz" && no_index list "Hash Sum mismatch"; }
check "a list that differs in one byte from what was signed is refused" changed_list
changed_package() {
	copy_of package && change "$www/package/pool/linux-image-${release}_"*.deb && refuses package "linux-image-$release cannot be fetched" "$scratch/package/kernels.txt"
}
check "so is a package" changed_package
# The archive's own key signed it, as of one that was taken over.
bomb() {
	copy_of bomb && head -c 600M /dev/zero >"$www/bomb/$packages" && xz -f -1 "$www/bomb/$packages" &&
		"$mirrors/apt-sign.sh" "$scratch/gpg" "$www/bomb" && no_index bomb "main/binary-amd64/Packages of noble is in the signed index, and apt brought none that can be read"
}
check "a list that unpacks to 600 MB is refused" bomb
stalls() { copy_of stalls/apt && sources stalls stalls/apt mirror && no_index stalls "ubuntu.sources: apt says: Failed to fetch"; }
check "an archive that stalls is given up" stalls
# Signed, and yet another kernel than it says.
lies() {
	local other=${release/6.1.0/6.1.99}
	"$mirrors/tree.sh" "images/$release" "$other" "$scratch/other" &&
		"$mirrors/apt.sh" "$scratch/other" "$other" "$scratch/gpg" "$www/lies" && sources lies lies mirror &&
		refuses lies "its kernel says release $release, the package's name says $other" "$scratch/lies/kernels.txt"
}
check "a kernel that is another than its package says is refused" lies

# ---- without any of them ----

kill $server
wait $server
frozen() { status 0 " 0 unexpected, 0 infra" run_list "$scratch/apt/kernels.txt" "$scratch/images" --frozen --kernel 6.1-ubuntu; }
check "what was fetched is run again without a mirror" frozen
check "verified" status 0 "" "$corematrix" kernels verify -k "$scratch/apt/kernels.txt" --images "$scratch/images"
pruned() {
	echo "6.1 cloud" >"$scratch/apt/one.txt" && "$corematrix" kernels prune -k "$scratch/apt/one.txt" --images "$scratch/images" && [ ! -e "$scratch/images/ubuntu-$release" ]
}
check "and pruned" pruned
