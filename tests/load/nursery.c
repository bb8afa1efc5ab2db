// SPDX-License-Identifier: Apache-2.0
/*
 * nursery READER UID: starts readers (reader.c), RATE_HZ of them a second, until standard
 * input ends; then waits for all of them.  Their names are numbers from 0; every second
 * one runs as the user, and every LONG_EVERYth lives long.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE_HZ 250
#define LONG_EVERY 15
#define LONG_MS 6000
#define SHORT_MS 64

static void be_reader(const char *program, uid_t uid, long number)
{
	char name[24], delay[24];

	snprintf(name, sizeof(name), "%ld", number);
	/* A prime, so that short lives of all lengths begin at all times. */
	snprintf(delay, sizeof(delay), "%ld",
		 number % LONG_EVERY ? number * 37 % SHORT_MS : LONG_MS);
	if (number % 2 && setresuid(uid, uid, uid))
		_exit(1);
	execl(program, program, name, delay, NULL);
	_exit(1);
}

int main(int argc, char **argv)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	int status, failed = 0;
	long number;

	if (argc != 3)
		return 2;
	for (number = 0; !poll(&input, 1, 1000 / RATE_HZ); number++) {
		switch (fork()) {
		case 0:
			be_reader(argv[1], atoi(argv[2]), number);
		case -1:
			failed = 1;
		}
		while (waitpid(-1, &status, WNOHANG) > 0)
			failed |= status;
	}
	while (waitpid(-1, &status, 0) > 0)
		failed |= status;
	return failed ? 1 : 0;
}
