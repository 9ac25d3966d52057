#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Compares what `predict` says of fields and types (offset, size, existence) with what bpftool's dump of the same BTF,
# and pahole where it is installed, say of them. Run from the repository's root:
#
#   offsets.sh COREMATRIX [--kernel GLOB]... OBJECT...     (four kernels when none is named)
#
# Prints the counts. Fails for any difference, and when nothing was compared.
set -euo pipefail

corematrix=$1
shift
kernels=()
while [ "${1-}" = --kernel ]; do kernels+=(--kernel "$2") && shift 2; done
[ ${#kernels[@]} -gt 0 ] || kernels=(--kernel 5.10-cloud --kernel 6.1-rt --kernel 6.12-amd64 --kernel newest-cloud)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$corematrix" predict -o "$scratch" "${kernels[@]}" "$@" >"$scratch/table" || [ $? = 1 ]
# kernel, kind, root type, path, target, whether it was found
jq -r '.cells[] | .kernel as $k | .relocations[] | select(.predicted != "" and .predicted != "ambiguous" and .predicted != "error") |
	(.spec | capture("^(struct |union |enum |typedef )?[A-Za-z0-9_]+[.](?<path>[A-Za-z0-9_.\\[\\]]+)$").path // "") as $path |
	select(.kind == "byte_off" or .kind == "byte_sz" or .kind == "field_exists" or
		((.kind == "type_size" or .kind == "type_exists") and $path == "")) |
	select($path != "" or (.kind | startswith("type_"))) |
	[$k, .kind, .type, $path, (.target // 0),
		(.target != null and .predicted != "absent" and (.kind == "byte_off" or .kind == "byte_sz" or .target != 0))] | @tsv' \
	"$scratch/predict.json" | sort -u >"$scratch/asked"

# What the types say: for each question the offsets and sizes that any type of the name gives.
cat >"$scratch/look.jq" <<'JQ'
def at($T; $id): if $id == 0 then null else $T[$id - 1] end;
def plain($T; $id): at($T; $id) as $t |
	if $t != null and ($t.kind | IN("TYPEDEF", "CONST", "VOLATILE", "RESTRICT", "TYPE_TAG")) then plain($T; $t.type_id) else $t end;
def bytes($T; $id): plain($T; $id) as $t |
	if $t == null then 0 elif $t.kind == "PTR" then 8
	elif $t.kind == "ARRAY" then $t.nr_elems * bytes($T; $t.type_id) else $t.size // 0 end;
def member($T; $t; $name; $base):
	($t.members[]? | select(.name == $name) | {bits: ($base + .bits_offset), type: .type_id, field: (.bitfield_size // 0)}),
	($t.members[]? | select(.name == "(anon)") | . as $m | plain($T; .type_id) |
		select(. != null and (.kind | IN("STRUCT", "UNION"))) | member($T; .; $name; $base + $m.bits_offset));
def walk_path($T; $at; $steps):
	if ($steps | length) == 0 then $at
	elif ($steps[0] | startswith("[")) then
		plain($T; $at.type) as $a | select($a != null and $a.kind == "ARRAY") |
		walk_path($T; {bits: ($at.bits + 8 * ($steps[0][1:-1] | tonumber) * bytes($T; $a.type_id)), type: $a.type_id, field: 0}; $steps[1:])
	else
		plain($T; $at.type) as $s | select($s != null and ($s.kind | IN("STRUCT", "UNION"))) |
		[member($T; $s; $steps[0]; $at.bits)] | select(length > 0) | walk_path($T; .[0]; $steps[1:])
	end;
.types as $T | ($asked | split("\n") | map(select(. != "") | split("\t"))) as $questions |
([$questions[][2]] | unique) as $names | ($names | map({(.): true}) | add) as $wanted |
([$T[] | select(.kind | IN("STRUCT", "UNION", "TYPEDEF", "ENUM", "ENUM64", "INT")) | select($wanted[.name]) | {name, id}] | group_by(.name) |
	map({(.[0].name): map(.id)}) | add // {}) as $roots |
$questions[] | . as [$kernel, $kind, $type, $path, $target, $found] |
[($roots[$type] // [])[] | walk_path($T; {bits: 0, type: ., field: 0}; [$path | scan("[A-Za-z0-9_]+|\\[[0-9]+\\]")]) |
	{offset: (.bits / 8), size: bytes($T; .type), field}] as $there |
(if $found == "true" then
	if ($there | length) == 0 then "not there"
	elif $kind == "field_exists" or $kind == "type_exists" or any($there[]; .field > 0) then "ok"
	elif any($there[]; (if $kind == "byte_off" then .offset else .size end) == ($target | tonumber)) then "ok"
	else "at \($there | map("\(.offset):\(.size)") | unique | join(", "))" end
elif ($there | length) == 0 then "ok" else "other type" end) as $says |
[$says, $kernel, $kind, $type, $path, $target] | @tsv
JQ

entry() { awk -F'\t' -v id="$1" '$1 == id { print $2 }' "$scratch/entries"; }
"$corematrix" kernels list | awk 'NR > 1 { print $2 "\t" $3 }' >"$scratch/entries"
for kernel in $(cut -f1 "$scratch/asked" | sort -u); do
	bpftool btf dump file "images/$(entry "$kernel")/btf" -j >"$scratch/types"
	jq -r --arg asked "$(grep -P "^\Q$kernel\E\t" "$scratch/asked")" -f "$scratch/look.jq" "$scratch/types"
done >"$scratch/said"

wrong=$(grep -cvP '^(ok|other type)\t' "$scratch/said" || true)
grep -vP '^(ok|other type)\t' "$scratch/said" || true
echo "bpftool: $(grep -cP '^ok\t' "$scratch/said" || true) of $(wc -l <"$scratch/said") relocations the same, $wrong different," \
	"$(grep -cP '^other type\t' "$scratch/said" || true) unresolved where a field of that name has another type"

if command -v pahole >/dev/null; then
	same=0
	while IFS=$'\t' read -r kernel _ type path target _; do
		said=$(pahole -F btf -C "$type" "images/$(entry "$kernel")/btf" 2>/dev/null |
			sed -nE "/^\t[^\t].*[ *(]$path(\[[0-9]+\])*(\)\([^;]*\))?;/{s/.*\/\* *([0-9]+) .*/\1/p;q}") || true
		[ -n "$said" ] || continue
		if [ "$said" = "$target" ]; then same=$((same + 1)); else
			echo "pahole: $kernel $type.$path at $said, predicted $target" && wrong=$((wrong + 1))
		fi
	done < <(grep -P '^[^\t]+\tbyte_off\t[^\t]+\t[A-Za-z0-9_]+\t[0-9]+\ttrue$' "$scratch/asked")
	echo "pahole: $same offsets of direct members the same"
else
	echo "pahole: NOT INSTALLED (package dwarves), so bpftool is the only witness"
fi
[ "$wrong" = 0 ] && grep -qP '^ok\t' "$scratch/said"
