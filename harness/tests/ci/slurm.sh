#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# harness/ci/slurm on a real Slurm with three nodes, all on this machine: a matrix is run once undisturbed, once with the run
# of a part killed half-way, and once with a node killed. Each time the merged result is the whole matrix, and equal to
# the first. Needs root, and the packages that `make ci-check` installs.
# Usage: slurm.sh CI IMAGES OBJECT...
set -euo pipefail
ci=$(realpath "$1") images=$(realpath "$2")
shift 2
objects=("$@")
dir=$(mktemp -d)
export SLURM_CONF=$dir/slurm.conf IMAGES=$images

stop() {
	local pid
	set +e
	scancel --user=root 2>/dev/null
	for pid in "$dir"/*.pid; do
		[ -e "$pid" ] && kill "$(cat "$pid")" 2>/dev/null
	done
	[ -n "${own_munge-}" ] && pkill -x munged
	pkill -f -- "$dir/" 2>/dev/null
	sleep 1
	rm -rf "$dir"
}
trap stop EXIT

start_node() {
	mkdir -p "$dir/spool/$1"
	slurmd -N "$1"
}

if ! pgrep -x munged >/dev/null; then
	install -d -o munge -g munge -m 755 /run/munge
	runuser -u munge -- munged
	own_munge=1
fi
base=$((20000 + $$ % 10000))
cat >"$SLURM_CONF" <<CONF
ClusterName=corematrix-test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$base
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/%n.log
ReturnToService=2
SlurmdTimeout=20
SchedulerParameters=bf_interval=2,sched_interval=2
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=2 RealMemory=4000
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=2 RealMemory=4000
NodeName=n3 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((base + 3)) CPUs=2 RealMemory=4000
PartitionName=all Nodes=n[1-3] Default=YES State=UP
CONF
mkdir -p "$dir/state"
slurmctld
for node in n1 n2 n3; do
	start_node "$node"
done

fail() {
	echo "slurm: $1" >&2
	tail -n 20 "$dir"/*/*.log "$dir"/*.submit >&2 || true
	exit 1
}

# What does not change from run to run.
cells() {
	jq -S '[.cells[] | {kernel, object, verdict, class, evidence, expected,
		relocations: [.relocations[] | {program, insn, outcome, target}], truth: [.truth[] | {workload, field, ok}]}] | sort_by(.kernel, .object)' \
		"$1"/results/latest/results.json
}

submit() { # NAME
	"$ci/slurm/submit.sh" 3 "$dir/$1" --cold --kernel '6.1-*' --kernel '6.12-*' --kernel '7.[0-2]-cloud' "${objects[@]}" \
		>"$dir/$1.submit" 2>&1
}

# Waits until the run of a part on node n2 is under way, a guest of it at least; prints "PART PID".
on_n2() { # NAME
	local part pid
	for _ in $(seq 1500); do
		part=$(squeue -h -o "%K %N" | awk '$2 == "n2" { print $1 }')
		pid=$([ -n "$part" ] && pgrep -o -f -- "-o $dir/$1/parts/part-$part " || true)
		if [ -n "$pid" ] && pgrep -P "$pid" qemu >/dev/null; then
			echo "$part $pid"
			return
		fi
		sleep 0.2
	done
	return 1
}

# The process that watches over the job's script.
stepd_of() { # PID
	local pid=$1
	while [ "$pid" -gt 1 ]; do
		case $(ps -o args= -p "$pid") in slurmstepd*) echo "$pid" && return ;; esac
		pid=$(ps -o ppid= -p "$pid" | tr -d ' ')
	done
}

try() { # NAME run|node|
	local name=$1 what=$2 part pid status=0 submitted
	submit "$name" &
	submitted=$!
	if [ -n "$what" ]; then
		read -r part pid < <(on_n2 "$name") || fail "$name: no part came to node n2"
		# a node is gone with all that watches there
		[ "$what" = run ] || kill -9 "$(cat "$dir/slurmd-n2.pid")" "$(stepd_of "$pid")"
		kill -9 "$pid"
	fi
	wait "$submitted" || status=$?
	[ $status = 0 ] || fail "$name: status $status"
	if [ -n "$what" ]; then
		[ "$(find "$dir/$name/parts/part-$part" -mindepth 1 -maxdepth 1 -type d | wc -l)" -ge 2 ] ||
			fail "$name: part $part was not run anew"
	fi
	cells "$dir/$name" >"$dir/$name.cells"
	cmp "$dir/undisturbed.cells" "$dir/$name.cells" || fail "$name: the merged result differs from the undisturbed one"
	echo "slurm: $name: $(jq '.cells | length' "$dir/$name/results/latest/results.json") cells, none missing, none twice"
}

submit undisturbed || fail "undisturbed: status $?"
cells "$dir/undisturbed" >"$dir/undisturbed.cells"
try again ""
try killed_run run
try killed_node node
