# SPDX-License-Identifier: GPL-2.0-only
# What this kernel's headers offer, found by compiling a snippet for each
# question with the module's own flags: compat/probes/NAME.c compiles, so
# compat/probed.h defines FM_HAVE_NAME.  Versions are never asked: distributions
# back-port.

# The first asks nothing; if it fails, the others' answers mean nothing.
fm_probes := sanity file_owner_or_capable get_file_rcu_slot hrtimer_setup \
	inode_get_ctime inode_get_mtime kernel_cap_val \
	sched_process_exit_group_dead vm_flags_set

fm_probe_results := $(addprefix compat/probes/,$(addsuffix .probed,$(fm_probes)))
targets += $(fm_probe_results) compat/probed.h
clean-files += compat/probed.h compat/probes/*.probed compat/probes/*.log

quiet_cmd_fm_probe = PROBE   $(notdir $*)
      cmd_fm_probe = if $(CC) $(c_flags) -Werror -c -o /dev/null $< 2>$@.log; \
	then echo '$(pound)define FM_HAVE_'$$(echo $* | tr a-z A-Z)' 1'; fi >$@

$(obj)/compat/probes/%.probed: $(src)/compat/probes/%.c FORCE
	$(call if_changed,fm_probe)

quiet_cmd_fm_probed = GEN     $(notdir $@)
      cmd_fm_probed = grep -q SANITY $(obj)/compat/probes/sanity.probed || \
	{ cat $(obj)/compat/probes/sanity.probed.log; false; } && \
	{ echo '/* SPDX-License-Identifier: GPL-2.0-only */'; cat $(filter %.probed,$^); } >$@

$(obj)/compat/probed.h: $(addprefix $(obj)/,$(fm_probe_results)) FORCE
	$(call if_changed,fm_probed)
