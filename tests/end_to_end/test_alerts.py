# SPDX-License-Identifier: Apache-2.0
"""`falcomod start` on a live kernel: what an intruder does, and the alerts that follow."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.agent import Agent
from tests.driver.child import in_child
from tests.driver.native import syscall
from tests.driver.programs import memory_program
from tests.end_to_end.container import SHORT_ID, run_in_container

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def test_sensitive_file_is_read(agent: Agent) -> None:
    subprocess.run(["cat", "/etc/shadow"], check=True, stdout=subprocess.DEVNULL)
    alert = agent.expect_alert("Read sensitive file untrusted", fd_name="/etc/shadow")
    assert alert["priority"] == "Warning"
    assert alert["output_fields"]["proc.name"] == "cat"
    assert alert["output_fields"]["proc.cmdline"] == "cat /etc/shadow"
    assert alert["source"] == "syscall"
    assert alert["hostname"] == os.uname().nodename
    assert TIME.fullmatch(alert["time"])
    assert alert["output"]
    assert "filesystem" in alert["tags"]


def test_shell_with_a_terminal_in_a_container(agent: Agent) -> None:
    assert run_in_container(["bash", "-c", "exit 0"], terminal=True) == 0
    alert = agent.expect_alert("Terminal shell in container", proc_name="bash")
    assert alert["output_fields"]["container.id"] == SHORT_ID


def test_netcat_serves_a_shell_in_a_container(agent: Agent, tmp_path: Path) -> None:
    # Debian's openbsd netcat knows no -e: a program of that name is what the rule sees.
    program = tmp_path / "nc"
    program.symlink_to("/bin/busybox")
    run_in_container([str(program), "-l", "-p", "0", "-w", "1", "-e", "/bin/sh"])
    alert = agent.expect_alert("Netcat Remote Code Execution in Container", container_id=SHORT_ID)
    assert " -e " in alert["output_fields"]["proc.cmdline"]


def test_netcat_listens_in_a_container(agent: Agent) -> None:
    run_in_container(["timeout", "1", "nc", "-l", "127.0.0.1", "4444"])
    agent.expect_alert(
        "Launch Suspicious Network Tool in Container",
        container_id=SHORT_ID,
        proc_cmdline="nc -l 127.0.0.1 4444",
    )


def test_file_below_etc_is_written(agent: Agent) -> None:
    script = "open('/etc/falcomod-was-here', 'w').close()"
    subprocess.run(["python3", "-c", script], check=True)
    Path("/etc/falcomod-was-here").unlink()
    agent.expect_alert("Write below etc", fd_name="/etc/falcomod-was-here")


def test_server_starts_a_shell(agent: Agent, tmp_path: Path) -> None:
    server = tmp_path / "nginx"
    shutil.copy(os.path.realpath(sys.executable), server)
    script = "import subprocess; subprocess.run(['sh', '-c', 'true'], check=True)"
    subprocess.run([server, "-c", script], check=True)
    alert = agent.expect_alert("Run shell untrusted", proc_name="sh", proc_pname="nginx")
    assert alert["output_fields"]["proc.cmdline"] == "sh -c true"


def test_credentials_of_the_machine_are_asked_for(agent: Agent) -> None:
    address = ["ip", "address", "add", "169.254.169.254/32", "dev", "lo"]
    subprocess.run(address, check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(("169.254.169.254", 80))
        port = client.getsockname()[1]
    name = f"169.254.169.254:{port}->169.254.169.254:80"
    agent.expect_alert("Contact cloud metadata service", fd_name=name)


def test_program_runs_from_memory(agent: Agent) -> None:
    pid = os.fork()
    if pid == 0:
        os.execve(memory_program(), ["true"], {})
    os.waitpid(pid, 0)
    alert = agent.expect_alert("Fileless execution via memfd_create")
    assert alert["output_fields"]["proc.exepath"].startswith("/memfd:ghost")


def test_log_is_emptied(agent: Agent) -> None:
    log = Path("/var/log/auth.log")
    log.touch()
    subprocess.run(["sh", "-c", f": > {log}"], check=True)
    agent.expect_alert("Clear Log Activities", fd_name=str(log), proc_name="sh")


def test_process_is_attached_to(agent: Agent) -> None:
    victim = subprocess.Popen(["sleep", "60"])
    seize = 0x4206
    assert in_child(lambda: syscall("ptrace", seize, victim.pid, 0, 0)).result == 0
    victim.kill()
    victim.wait()
    alert = agent.expect_alert("PTRACE attached to process")
    assert alert["output_fields"]["evt.arg.request"] == "PTRACE_SEIZE"
    assert alert["output_fields"]["evt.arg.pid"] == "sleep"


def test_harmless_commands_raise_nothing(agent: Agent) -> None:
    before = len(agent.alerts())
    subprocess.run(["cat", "/etc/hostname"], check=False, stdout=subprocess.DEVNULL)
    subprocess.run(["ls", "/"], check=True, stdout=subprocess.DEVNULL)
    # An alert that comes after these says that their events have been seen.
    subprocess.run(["head", "-c1", "/etc/shadow"], check=True, stdout=subprocess.DEVNULL)
    agent.expect_alert("Read sensitive file untrusted", proc_name="head")
    assert [alert["output_fields"].get("proc.name") for alert in agent.alerts()[before:]] == [
        "head"
    ]


def test_stops_on_a_signal_with_a_summary(text_agent: Agent) -> None:
    subprocess.run(["cat", "/etc/shadow"], check=True, stdout=subprocess.DEVNULL)
    text_agent.wait_until(
        lambda: any("/etc/shadow" in line.text for line in text_agent.out), 30, "alert"
    )
    assert text_agent.stop(signal.SIGINT) == 0, text_agent.said()
    lines = [line.text for line in text_agent.out]
    alert = next(line for line in lines if "/etc/shadow" in line)
    assert re.match(r"\d\d:\d\d:\d\d\.\d{9}: Warning ", alert)
    assert "Triggered rules by rule name:" in lines
    assert "   Read sensitive file untrusted: 1" in lines
    assert "Events dropped: 0" in lines
    assert "Traceback" not in text_agent.said()
