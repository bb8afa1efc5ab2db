// SPDX-License-Identifier: Apache-2.0
/*
 * numbered PREFIX HELD RATE: opens PREFIX0, PREFIX1, ... at RATE calls a second until its
 * standard input ends, and reads of HELD, opened once at the start, with every tenth.
 * Prints how many opens there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static int is_over(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	char byte;

	return poll(&input, 1, 0) > 0 && read(0, &byte, 1) <= 0;
}

int main(int argc, char **argv)
{
	char path[4096], byte;
	long long number = 0, rate_hz, began_ns;
	int held;

	if (argc != 4)
		return 2;
	held = open(argv[2], O_RDONLY);
	rate_hz = atoll(argv[3]);
	if (held < 0 || rate_hz < 1)
		return 1;
	began_ns = now_ns();
	while (!is_over()) {
		long long due = (now_ns() - began_ns) * rate_hz / SECOND_NS;

		for (; number < due; number++) {
			snprintf(path, sizeof(path), "%s%lld", argv[1], number);
			if (open(path, O_RDONLY) >= 0 || errno != ENOENT)
				return 1;
			if (number % 10 == 0 && pread(held, &byte, 1, 0) < 0)
				return 1;
		}
		usleep(1000);
	}
	return printf("%lld\n", number) < 0;
}
