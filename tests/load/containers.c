// SPDX-License-Identifier: Apache-2.0
/*
 * containers COUNT GROUP PROGRAM [ARGUMENT...]: runs the program so many times, one after
 * the other, each in a control group of its own below GROUP, which is removed afterwards:
 * a container, to who reads the paths of groups. Prints how many there were.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID_DIGITS 64

static void enter(const char *group)
{
	int folder = open(group, O_PATH);
	int fd = openat(folder, "cgroup.procs", O_WRONLY);

	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(126);
	close(fd);
	close(folder);
}

static int run(const char *group, char **command)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		enter(group);
		execv(command[0], command);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

int main(int argc, char **argv)
{
	long made, count = argc > 3 ? atol(argv[1]) : 0;
	long salt = getpid();
	char group[512];

	for (made = 0; made < count; made++) {
		int size = snprintf(group, sizeof(group), "%s/%06lx%06lx%0*d", argv[2],
				    salt & 0xffffff, made & 0xffffff, ID_DIGITS - 12, 0);

		if (size >= (int)sizeof(group) || mkdir(group, 0755) || run(group, argv + 3) || rmdir(group))
			return 1;
	}
	printf("%ld\n", made);
	return count <= 0;
}
