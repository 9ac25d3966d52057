/* SPDX-License-Identifier: BSD-2-Clause */
/* compiler: what this is compiled by, with its version. */
#ifndef COREMATRIX_BASE_COMPILER_H
#define COREMATRIX_BASE_COMPILER_H

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#endif
