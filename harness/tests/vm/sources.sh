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
# same_verdicts ID...: what each object comes to on them is what it comes to on Debian's.
same_verdicts() {
	latest "$(printf '([.cells[].kernel] | unique == (["6.1-cloud"'; printf ', "%s"' "$@"; printf '] | sort)) and
		([.cells[] | {object, verdict, class}] | group_by(.object) | length > 2 and all(length == %d and (unique | length) == 1))' $(($# + 1)))"
}
run_list() { "$corematrix" run -j "$jobs" -k "$1" --images "$2" -o "$scratch/results" "${@:3}" "${objects[@]}"; }

# refuses NAME TEXT LIST: not fetched, for that reason, and the store keeps nothing of it.
refuses() { refuses_with 3 "$@"; }
refuses_with() {
	local dir=$scratch/store-$2
	store "$dir" && status "$1" "$3" "$corematrix" kernels fetch -k "$4" --images "$dir" || return 1
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
other=${release/6.1.0/6.1.99}
lies() {
	"$mirrors/tree.sh" "images/$release" "$other" "$scratch/other" &&
		"$mirrors/apt.sh" "$scratch/other" "$other" "$scratch/gpg" "$www/lies" && sources lies lies mirror &&
		refuses lies "its kernel says release $release, the package's name says $other" "$scratch/lies/kernels.txt"
}
check "a kernel that is another than its package says is refused" lies

# ---- a repository of RPM packages ----

# repo NAME URI KEY [LINE]: the definition of source NAME, in a directory of its own, with its list.
repo() {
	mkdir -p "$scratch/$1" && cp "$scratch"/{mirror,stranger}.asc "$scratch/$1/" && row "$scratch/$1/kernels.txt" "baseos kernel source=el id=6.1-el" &&
		printf '[baseos]\nname=el\nbaseurl=%s\ngpgcheck=1\ngpgkey=%s.asc\ntimeout=2\nretries=1\n' "$base/$2" "$3" >"$scratch/$1/el.repo"
}
check "a repository of RPM packages is made" "$mirrors/rpm.sh" "$scratch/tree" "$release" "$scratch/gpg" "$www/rpm"
rpm_fetched() {
	repo rpm rpm mirror &&
		"$corematrix" kernels fetch -k "$scratch/rpm/kernels.txt" --images "$scratch/images" "${objects[@]}" &&
		[ -s "$scratch/images/el-$release/modules/tcp_westwood.ko" ]
}
check "its kernel is fetched, with a module of its third package" rpm_fetched
check "and booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/rpm/kernels.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-el

rpm_copy() { mkdir -p "$www/$(dirname "$1")" && cp -r "$www/rpm" "$www/$1" && repo "$1" "$1" mirror; }
rpm_stranger() { rpm_copy rpm-stranger && repo rpm-stranger rpm-stranger stranger && refuses rpm-stranger "no good signature of the definition's keys" "$scratch/rpm-stranger/kernels.txt"; }
check "a package that another key signed is refused" rpm_stranger
rpm_unsigned() {
	rpm_copy rpm-unsigned && rpmsign --delsign "$www"/rpm-unsigned/*.rpm && createrepo_c -q "$www/rpm-unsigned" &&
		refuses rpm-unsigned "no good signature of the definition's keys" "$scratch/rpm-unsigned/kernels.txt"
}
check "one that nobody signed is refused" rpm_unsigned
rpm_changed() { rpm_copy rpm-changed && change "$www"/rpm-changed/kernel-core-*.rpm && refuses rpm-changed "kernel-core cannot be fetched" "$scratch/rpm-changed/kernels.txt"; }
check "one that differs in a byte is refused" rpm_changed
rpm_list() { rpm_copy rpm-list && change "$www"/rpm-list/repodata/*-primary.xml.gz && refuses rpm-list "dnf exited with status 1: " "$scratch/rpm-list/kernels.txt"; }
check "a list of packages that differs in a byte is refused" rpm_list
rpm_stalls() { rpm_copy stalls/rpm && repo rpm-stalls stalls/rpm mirror && refuses rpm-stalls "el.repo: dnf " "$scratch/rpm-stalls/kernels.txt"; }
check "a repository that stalls is given up" rpm_stalls
rpm_lies() {
	[ -d "$scratch/other" ] || "$mirrors/tree.sh" "images/$release" "$other" "$scratch/other"
	"$mirrors/rpm.sh" "$scratch/other" "$other" "$scratch/gpg" "$www/rpm-lies" && repo rpm-lies rpm-lies mirror &&
		refuses rpm-lies "its kernel says release $release, the package's name says $other" "$scratch/rpm-lies/kernels.txt"
}
check "a kernel that is another than its package says is refused" rpm_lies

# ---- files at addresses ----

files() {
	mkdir -p "$www/files" "$scratch/files" && cp "$scratch/tree/boot/"* "$www/files/" && tar -C "$scratch/tree" -cJf "$www/files/modules-$release.tar.xz" lib &&
		(cd "$www/files" && sha256sum ./*) | sed "s,\./,$base/files/," >"$scratch/files/lab.sha256" && row "$scratch/files/kernels.txt" "$release source=lab id=6.1-lab"
}
check "files are made" files
check "they are fetched and booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/files/kernels.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-lab
changed_file() { change "$www/files/vmlinuz-$release" && refuses files "vmlinuz-$release cannot be fetched" "$scratch/files/kernels.txt"; }
check "one that differs in a byte is refused" changed_file

# ---- a repository of pacman's packages ----

# pacman NAME URI KEY: the definition of source NAME, in a directory of its own, with its list.
pacman() {
	mkdir -p "$scratch/$1" && cp "$scratch/$3.gpg" "$scratch/$1/roll.gpg" && row "$scratch/$1/kernels.txt" "core linux source=roll id=6.1-roll" &&
		printf '[options]\nSigLevel = Required DatabaseOptional\n[core]\nServer = %s/\n' "$base/$2" >"$scratch/$1/roll.pacman"
}
check "a repository of pacman's packages is made" "$mirrors/pacman.sh" "$scratch/tree" "$release" "$scratch/gpg" "$www/pacman"
pacman_fetched() {
	pacman pacman pacman mirror && "$corematrix" kernels fetch -k "$scratch/pacman/kernels.txt" --images "$scratch/images" "${objects[@]}" &&
		cmp "$scratch/images/roll-$release/config" "images/$release/config" && [ -s "$scratch/images/roll-$release/modules/tcp_westwood.ko" ]
}
check "its kernel is fetched, with the configuration of another package, and a module" pacman_fetched
check "and booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/pacman/kernels.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-roll
pacman_copy() { cp -r "$www/pacman" "$www/$1" && pacman "$1" "$1" mirror; }
pacman_stranger() { pacman pacman-stranger pacman stranger && refuses pacman-stranger "gpgv finds no good signature of" "$scratch/pacman-stranger/kernels.txt"; }
check "a package that another key signed is refused" pacman_stranger
pacman_unsigned() { pacman_copy pacman-unsigned && rm "$www"/pacman-unsigned/*.sig && refuses pacman-unsigned "nobody signed it" "$scratch/pacman-unsigned/kernels.txt"; }
check "one that nobody signed is refused" pacman_unsigned
# Whoever changes a package changes the list as well: no key signs that here.
pacman_changed() {
	pacman_copy pacman-changed && change "$www"/pacman-changed/linux-headers-*.zst && repo-add -q "$www/pacman-changed/core.db.tar.gz" "$www"/pacman-changed/*.zst 2>/dev/null
	change "$www"/pacman-changed/linux-6*.zst && refuses pacman-changed "linux-6" "$scratch/pacman-changed/kernels.txt"
}
check "one that differs in a byte is refused" pacman_changed
pacman_bomb() {
	pacman_copy pacman-bomb && mkdir -p "$scratch/zeros/linux-1" && head -c 600M /dev/zero >"$scratch/zeros/linux-1/files" &&
		tar -C "$scratch/zeros" -czf "$www/pacman-bomb/core.files.tar.gz" linux-1 && rm "$scratch/zeros/linux-1/files" && refuses pacman-bomb "unpacks to more than" "$scratch/pacman-bomb/kernels.txt"
}
check "a list that unpacks to 600 MB is refused" pacman_bomb

# ---- images ----

# image NAME REFERENCE: the definition of source NAME, in a directory of its own, with its list.
image() { mkdir -p "$scratch/$1" && row "$scratch/$1/kernels.txt" "main cloud-amd64 source=ci id=6.1-image" && echo "$2" >"$scratch/$1/ci.oci"; }
check "an image of a kernel is made" "$mirrors/oci.sh" "$scratch/tree" "$scratch/layout" main
image layout "oci:../layout:main"
check "it is read from a directory and booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/layout/kernels.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-image
# A registry, whose data are below $scratch/registry; without TLS, as $HOME says.
at=127.0.0.1:$((20000 + $$ % 10000))
registry() {
	mkdir -p "$scratch/home/.config/containers" && printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$at" >"$scratch/home/.config/containers/registries.conf"
	printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' "$scratch/registry" "$at" >"$scratch/registry.yml"
	docker-registry serve "$scratch/registry.yml" >"$scratch/registry.log" 2>&1 &
	registry=$!
	HOME=$scratch/home skopeo --insecure-policy copy --quiet --retry-times 5 "oci:$scratch/layout:main" "docker://$at/kernels:main"
}
check "a registry has it" registry
hash=$(jq -r '.manifests[0].digest' "$scratch/layout/index.json")
fetches_image() { HOME=$scratch/home "$corematrix" kernels fetch -k "$scratch/$1/kernels.txt" --images "$scratch/store-$1" && compgen -G "$scratch/store-$1/ci-$release" >/dev/null; }
by_hash() { image by-hash "docker://$at/kernels@$hash" && sed -i "s/^main cloud-amd64/$release/" "$scratch/by-hash/kernels.txt" && store "$scratch/store-by-hash" && fetches_image by-hash; }
check "from which it is fetched by its hash" by_hash
# refuses_image NAME TEXT [POLICY]: by its tag.
refuses_image() {
	image "$1" "docker://$at/kernels:main" && { [ -z "${3-}" ] || printf '{"default":[{"type":"%s"}]}' "$3" >"$scratch/$1/ci.policy.json"; } &&
		HOME=$scratch/home refuses_with "${4-3}" "$1" "$2" "$scratch/$1/kernels.txt"
}
check "a tag is refused where nobody says whose signatures count" refuses_image by-tag "a tag is what the registry says today" "" 2
check "and by what a policy rejects" refuses_image rejected "is rejected by policy" reject
accepted() { image accepted "docker://$at/kernels:main" && echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$scratch/accepted/ci.policy.json" && store "$scratch/store-accepted" && fetches_image accepted; }
check "and taken by what it accepts" accepted
changed_layer() {
	change "$(find "$scratch/registry" -name data -size +5M)" && refuses_image changed-layer "Digest did not match" insecureAcceptAnything
}
check "a layer that differs in a byte is refused" changed_layer
kill $registry

# ---- directories ----

# As make leaves a tree.
built() {
	local tree=$scratch/linux
	mkdir -p "$tree"/{arch/x86/boot,drivers,net/ipv4} && cp "images/$release/bzimage" "$tree/arch/x86/boot/bzImage" &&
		cp "images/$release/vmlinux" "$tree/" && cp "images/$release/config" "$tree/.config" &&
		cp "images/$release"/modules/*.ko "$tree/drivers/" && mv "$tree/drivers/tcp_westwood.ko" "$tree/net/ipv4/" &&
		printf '6.1 cloud\n%s id=6.1-built\n%s id=6.1-tree\n' "$tree" "$scratch/tree/" >"$scratch/trees.txt"
}
check "a tree as a kernel is built in" built
check "it and the tree of a package are booted beside Debian's own" status 0 " 0 unexpected, 0 infra" run_list "$scratch/trees.txt" "$scratch/images"
check "with the same verdicts" same_verdicts 6.1-built 6.1-tree
# The kernel is the same, and with it the place in the store.
new_module() {
	echo "no module" >"$scratch/linux/net/ipv4/tcp_westwood.ko" && touch -d tomorrow "$scratch/linux/net/ipv4/tcp_westwood.ko" &&
		status 2 "is not a kernel module" run_list "$scratch/trees.txt" "$scratch/images" --kernel 6.1-built
}
check "a module that was built anew is taken anew" new_module
two_kernels() {
	cp "$scratch/tree/boot/vmlinuz-$release" "$scratch/tree/boot/vmlinuz-6.1.99" && echo "$scratch/tree" >"$scratch/two.txt" &&
		status 2 "several kernels; name one of them: $scratch/tree/boot/vmlinuz-6" run_list "$scratch/two.txt" "$scratch/images"
}
check "a directory with two kernels is refused" two_kernels

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
