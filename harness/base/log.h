/* SPDX-License-Identifier: BSD-2-Clause */
/* log: lines for the person watching, on stderr. Results never go through here. */
#ifndef COREMATRIX_BASE_LOG_H
#define COREMATRIX_BASE_LOG_H

enum log_level { LOG_LEVEL_WARN, LOG_LEVEL_INFO };

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_warn(...) log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
