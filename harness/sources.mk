# SPDX-License-Identifier: BSD-2-Clause
# Kernels of other sources than Debian's archive.

# What the mirrors of the tests (harness/tests/mirrors) are made and served with.
MIRROR_DEBS := apt-utils gpg python3
