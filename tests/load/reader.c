// SPDX-License-Identifier: Apache-2.0
/*
 * reader NAME DELAY_MS: waits and opens /etc/shadow.  Prints its name and the time before
 * the open, nanoseconds since the epoch, in one write.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec time;
	char line[64];
	long delay_ms;

	if (argc != 3)
		return 2;
	delay_ms = atol(argv[2]);
	time.tv_sec = delay_ms / 1000;
	time.tv_nsec = delay_ms % 1000 * 1000000;
	nanosleep(&time, NULL);
	clock_gettime(CLOCK_REALTIME, &time);
	if (open("/etc/shadow", O_RDONLY) < 0)
		return 1;
	snprintf(line, sizeof(line), "%s %lld%09ld\n", argv[1], (long long)time.tv_sec,
		 time.tv_nsec);
	return write(1, line, strlen(line)) == (ssize_t)strlen(line) ? 0 : 1;
}
