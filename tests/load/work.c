// SPDX-License-Identifier: Apache-2.0
/*
 * work FILE OPENS PROGRAM PROCESSES: opens, reads and closes the file so many times, then
 * runs the program so many times, one after the other.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_file(const char *path)
{
	char content[64];
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, content, sizeof(content)) < 0)
		exit(1);
	close(fd);
}

static void run_program(const char *path)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execl(path, path, NULL);
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		exit(1);
}

int main(int argc, char **argv)
{
	long count;

	if (argc != 5)
		return 2;
	for (count = atol(argv[2]); count > 0; count--)
		read_file(argv[1]);
	for (count = atol(argv[4]); count > 0; count--)
		run_program(argv[3]);
	return 0;
}
