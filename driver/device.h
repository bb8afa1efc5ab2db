/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/falcomod: the only way in. */
#ifndef FM_DEVICE_H
#define FM_DEVICE_H

int fm_device_init(void);
void fm_device_exit(void);

#endif
