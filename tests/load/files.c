// SPDX-License-Identifier: Apache-2.0
/*
 * files CALL WORKERS SECONDS RATE: opens and closes /dev/null in so many processes, with
 * openat or openat2.  RATE is calls (opens and closes) a second of all together, 0 for
 * as many as there can be.
 *
 * Prints the workers' pids in a line, begins with the first line of standard input, and
 * prints how many opens and how many seconds there were.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS_MAX 64
#define PAIRS_UNPACED 1000
#define TICK_NS 1000000

static const char path[] = "/dev/null";

/* Shared with the workers. */
struct made {
	long opens;
	double seconds;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static int open_once(int second)
{
	struct open_how how = { .flags = O_RDONLY };

	if (second)
		return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
}

static void open_and_close(int second, long pairs)
{
	int fd;

	while (pairs-- > 0) {
		fd = open_once(second);
		if (fd < 0)
			_exit(1);
		syscall(SYS_close, fd);
	}
}

static void sleep_until(double when)
{
	struct timespec time = { .tv_sec = when, .tv_nsec = (when - (long)when) * 1e9 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* A paced worker that was kept waiting catches up: due is a matter of the time alone. */
static void work(int second, double seconds, double pairs_per_second, struct made *made)
{
	double began = now(), next = began, passed;
	long pairs = PAIRS_UNPACED;

	while ((passed = now() - began) < seconds) {
		if (pairs_per_second > 0) {
			next += TICK_NS / 1e9;
			pairs = (next - began) * pairs_per_second - made->opens;
		}
		open_and_close(second, pairs);
		made->opens += pairs;
		if (pairs_per_second > 0)
			sleep_until(next);
	}
	made->seconds = passed;
}

int main(int argc, char **argv)
{
	int second, workers, number, status, begin[2], failed = 0;
	double seconds, rate;
	struct made *made, sum = { 0 };
	pid_t pids[WORKERS_MAX];
	/* Before there are workers: it opens a file. */
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t cpu;
	char byte;

	if (argc != 5)
		return 2;
	second = !strcmp(argv[1], "openat2");
	workers = atoi(argv[2]);
	seconds = atof(argv[3]);
	rate = atof(argv[4]);
	if (workers < 1 || workers > WORKERS_MAX || pipe(begin))
		return 2;
	made = mmap(NULL, sizeof(*made) * workers, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED)
		return 1;
	for (number = 0; number < workers; number++) {
		pids[number] = fork();
		if (pids[number])
			continue;
		CPU_ZERO(&cpu);
		CPU_SET(number % cpus, &cpu);
		sched_setaffinity(0, sizeof(cpu), &cpu);
		if (read(begin[0], &byte, 1) != 1)
			_exit(1);
		work(second, seconds, rate / 2 / workers, &made[number]);
		_exit(0);
	}
	for (number = 0; number < workers; number++)
		printf("%d%c", pids[number], number + 1 < workers ? ' ' : '\n');
	fflush(stdout);
	if (getchar() == EOF)
		return 2;
	for (number = 0; number < workers; number++)
		failed |= write(begin[1], "", 1) != 1;
	for (number = 0; number < workers; number++) {
		waitpid(pids[number], &status, 0);
		failed |= status;
		sum.opens += made[number].opens;
		if (made[number].seconds > sum.seconds)
			sum.seconds = made[number].seconds;
	}
	printf("%ld %f\n", sum.opens, sum.seconds);
	return failed ? 1 : 0;
}
