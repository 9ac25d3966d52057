/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rpm_list: a program for Debian's python3, with the module dnf: python3 -c SCRIPT DIRECTORY ARCH reads the
 * repositories that *.repo files in DIRECTORY define, keeps what it needs below that, and prints their kernels as an
 * index (kernel_index.h). What is wrong goes to stderr, with status 1.
 */
#ifndef COREMATRIX_HOST_SOURCE_RPM_LIST_H
#define COREMATRIX_HOST_SOURCE_RPM_LIST_H

extern const char rpm_list_script[];

#endif
