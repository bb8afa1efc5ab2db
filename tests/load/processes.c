// SPDX-License-Identifier: Apache-2.0
/*
 * processes COUNT PROGRAM: runs the program so many times, one after the other.
 * Begins with the first line of standard input; prints how many there were.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
	long made, count = argc == 3 ? atol(argv[1]) : 0;
	char *arguments[] = { argv[2], NULL };
	int status;
	pid_t pid;

	if (count <= 0 || getchar() == EOF)
		return 2;
	for (made = 0; made < count; made++) {
		if (posix_spawn(&pid, argv[2], NULL, NULL, arguments, environ))
			return 1;
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	printf("%ld\n", made);
	return 0;
}
