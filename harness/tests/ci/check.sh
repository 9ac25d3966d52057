#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The files of harness/ci: against the schemas that are published for them, where a wrong file must fail; and their shell
# steps really run, in their order, here: two parts of a small matrix and their merge, of GitHub's actions and GitLab's jobs.
# Usage: check.sh NODE_MODULES IMAGES OBJECT...        (a store that has the kernels of 6.1)
set -euo pipefail
modules=$(realpath "$1") images=$(realpath "$2")
shift 2
objects=()
for object in "$@"; do
	objects+=("$(realpath "$object")")
done
cd "$(dirname "$0")/../../.."
here=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export PATH=$modules/.bin:$PATH
checks=0

fail() {
	echo "ci: $1" >&2
	exit 1
}

# refused FILE SED COMMAND...: the command takes the file, and not what sed makes of it.
refused() {
	local file=$1 change=$2
	shift 2
	"$@" "$file" >"$dir/said" 2>&1 || { cat "$dir/said" >&2; fail "$file does not fit its schema"; }
	sed "$change" "$file" >"$dir/${file##*/}"
	! cmp -s "$file" "$dir/${file##*/}" || fail "$file: the change '$change' changes nothing"
	! "$@" "$dir/${file##*/}" >/dev/null 2>&1 || fail "$file: still fits its schema after '$change'"
	checks=$((checks + 2))
}

gitlab() { # FILE
	cp "$1" "$dir/project/checked.yml"
	(cd "$dir/project" && gitlab-ci-local --file checked.yml --list)
}

# GitHub's checker finds out what a file is by its name.
mkdir -p "$dir/project" && git -C "$dir/project" init -q -b main
cp harness/tests/ci/*.mjs harness/tests/ci/package.json "$dir/" && ln -s "$modules" "$dir/node_modules"
refused harness/ci/github/action.yml 's/using: composite/using: compost/' action-validator
refused harness/ci/github/action.yml 's/    required: true/    required: sometimes/' action-validator
refused harness/ci/github/merge/action.yml 's/^runs:/run:/' action-validator
mkdir -p "$dir/.github/workflows" && cp harness/ci/github/workflow.yml "$dir/.github/workflows/"
refused harness/ci/github/workflow.yml 's/fail-fast: false/fail-fast: [never]/' action-validator
refused harness/ci/kubernetes/parts.yaml 's/completions: 4/completions: four/' node "$dir/kubernetes.mjs"
refused harness/ci/kubernetes/merge.yaml 's/restartPolicy: Never/restartPolicy: [Never]/' node "$dir/kubernetes.mjs"
refused harness/ci/gitlab/corematrix.gitlab-ci.yml 's/parallel: 4/parallel: many/' gitlab
refused harness/ci/gitlab/corematrix.gitlab-ci.yml 's/stage: report/stage: nowhere/' gitlab
echo "ci: $checks checks against schemas"

# What does not change from run to run.
cells() {
	jq -S '[.cells[] | {kernel, object, verdict, class, evidence, expected,
		relocations: [.relocations[] | {program, insn, outcome, target}]}] | sort_by(.kernel, .object)' "$1"
}

build/corematrix run --kernel '6.1-*' --images "$images" -o "$dir/whole" "${objects[@]}" >/dev/null 2>&1 || fail "the whole matrix: status $?"
cells "$dir/whole/latest/results.json" >"$dir/whole.json"

same() { # NAME RESULTS.json
	cells "$2" >"$dir/$1.json"
	cmp "$dir/whole.json" "$dir/$1.json" || fail "$1: the merged result differs from the whole"
	echo "ci: $1: $(jq '.cells | length' "$2") cells as in one run"
}

# ---- GitHub ----
export RUNNER_TEMP=$dir/runner GITHUB_STEP_SUMMARY=$dir/summary.md
mkdir -p "$RUNNER_TEMP" && cp -al "$images" "$RUNNER_TEMP/corematrix-images"
for part in 1/2 2/2; do
	node "$dir/action.mjs" harness/ci/github/action.yml "objects=${objects[*]}" "part=$part" "arguments=--kernel 6.1-*" >"$dir/log" 2>&1 ||
		{ cat "$dir/log" >&2; fail "GitHub's part $part"; }
done
node "$dir/action.mjs" harness/ci/github/merge/action.yml "parts=$RUNNER_TEMP/corematrix" "results=$dir/github" >"$dir/log" 2>&1 ||
	{ cat "$dir/log" >&2; fail "GitHub's merge"; }
same github "$dir/github/latest/results.json"
grep -q 'corematrix: all as expected' "$GITHUB_STEP_SUMMARY" || fail "GitHub: the summary does not tell"
# A part that is missing is told, and what is not as expected fails and is annotated.
mkdir "$dir/half" && cp -R "$RUNNER_TEMP/corematrix/part-1" "$dir/half/"
! node "$dir/action.mjs" harness/ci/github/merge/action.yml "parts=$dir/half" "results=$dir/none" >"$dir/log" 2>&1 || fail "GitHub: half a matrix is merged"
grep -q 'missing: 2' "$dir/log" || { cat "$dir/log" >&2; fail "GitHub: the missing part is not named"; }
jq '.cells[0].as_expected = false | .cells[0].reason = "50%: a,b\nc"' "$dir/whole/latest/results.json" >"$dir/bad.json"
[ "$(harness/ci/annotate.sh "$dir/bad.json" | grep -c '^::error title=corematrix%3A .*50%25: a,b%0Ac')" = 1 ] || fail "annotations: $(harness/ci/annotate.sh "$dir/bad.json")"
[ -z "$(harness/ci/annotate.sh "$dir/whole/latest/results.json")" ] || fail "annotations of a good run"

# ---- GitLab: in a project of the user's that includes the template; sources are this tree's last commit ----
cp harness/ci/gitlab/corematrix.gitlab-ci.yml "$dir/project/"
cat >"$dir/project/.gitlab-ci.yml" <<YAML
include: { local: corematrix.gitlab-ci.yml }
variables:
  COREMATRIX_SOURCE: file://$here
  COREMATRIX_OBJECTS: ${objects[*]}
  COREMATRIX_ARGUMENTS: --kernel 6.1-*
corematrix:part: { parallel: 2 }
YAML
cp -al "$images" "$dir/project/.corematrix-images"
git -C "$dir/project" -c user.name=t -c user.email=t@localhost commit -q --allow-empty -m "a project"
(cd "$dir/project" && gitlab-ci-local --force-shell-executor --shell-isolation=false --concurrency 1) >"$dir/log" 2>&1 || { tail -n 40 "$dir/log" >&2; fail "GitLab's jobs"; }
same gitlab "$dir/project/corematrix-results/latest/results.json"
