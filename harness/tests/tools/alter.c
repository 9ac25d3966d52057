/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not a loader, but what stands between one and who reads what it prints: runs PROGRAM on a terminal and passes its
 * lines on, with one change to each that begins with NAME, or to another place. `alter HOW NAME PROGRAM [ARGUMENT...]`:
 *
 *   WORD            the last character of that word, counted from 1, is another one, of a number the first, so that
 *                   it is not the process next to it; 0: nothing is changed
 *   lose, double    the line is left out, or comes twice
 *   late            all lines come at the end
 *   block           whenever there are 4 KiB of them, and at the end
 *   stdio           as stdio itself keeps them back: not on a terminal; at the end those left over are lost
 *   stderr          there, and on stdout each with another first character
 *   file:PATH, socket:PATH, datagram:PATH    there
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void word_change(char *line, int number)
{
	char *at = line;

	for (; number > 1; number--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	if (*at < '0' || *at > '9')
		at += strcspn(at, " \r\n") - 1;
	if (at >= line && *at)
		*at = *at == '7' ? '8' : '7';
}

static FILE *socket_open(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return NULL;
	return fdopen(fd, "w");
}

/* Where the lines go. */
static FILE *target_open(const char *how)
{
	const char *path = strchr(how, ':');

	if (!strncmp(how, "file:", 5))
		return fopen(path + 1, "we");
	if (!strncmp(how, "socket:", 7))
		return socket_open(path + 1, SOCK_STREAM);
	if (!strncmp(how, "datagram:", 9))
		return socket_open(path + 1, SOCK_DGRAM);
	return strcmp(how, "stderr") ? stdout : stderr;
}

static int times_of(const char *how)
{
	return !strcmp(how, "lose") ? 0 : !strcmp(how, "double") ? 2 : 1;
}

static bool is_kept(const char *how)
{
	return !strcmp(how, "late") || !strcmp(how, "block");
}

static void pass_on(FILE *from, FILE *to, const char *how, const char *name)
{
	char *line = NULL;
	size_t size = 0;

	if (strcmp(how, "stdio") != 0)
		setvbuf(to, NULL, is_kept(how) ? _IOFBF : _IOLBF, !strcmp(how, "block") ? 4096 : 1 << 20);
	while (getline(&line, &size, from) > 0) {
		bool named = !strncmp(line, name, strlen(name));

		if (named && atoi(how))
			word_change(line, atoi(how));
		for (int times = named ? times_of(how) : 1; times > 0; times--)
			fputs(line, to);
		if (to == stderr) {
			line[0] = 'X';
			fputs(line, stdout);
		}
	}
	free(line);
}

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status = 0, slave;
	FILE *from = master < 0 ? NULL : fdopen(master, "r"), *to = argc < 4 ? NULL : target_open(argv[1]);
	pid_t pid;

	if (!to || !from || grantpt(master) || unlockpt(master) ||
	    (slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0) {
		perror("alter");
		return 2;
	}
	/* what stops PROGRAM ends its output, and with that this */
	pid = fork();
	if (pid == 0) {
		dup2(slave, STDOUT_FILENO);
		execv(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	close(slave);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	pass_on(from, to, argv[1], argv[2]);
	waitpid(pid, &status, 0);
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	if (!strcmp(argv[1], "stdio"))
		_exit(status);
	fclose(to);
	return status;
}
