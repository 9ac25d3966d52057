/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/arch/arch_parts.h"

#include "host/arch/arch.h"
#include "wire/job.h"

void arch_serial_console(struct strings *argv)
{
	strings_add(argv, "-serial");
	strings_add(argv, "chardev:" ARCH_CONSOLE);
}

/* The transport in its present version: hw/virtio/virtio-mmio.c. */
void arch_virtio_channel(struct strings *argv)
{
	strings_add(argv, "-global");
	strings_add(argv, "virtio-mmio.force-legacy=false");
	strings_add(argv, "-device");
	strings_add(argv, "virtio-serial-device,max_ports=1");
	strings_add(argv, "-device");
	strings_add(argv, "virtconsole,chardev=" ARCH_FRAMES);
}

void arch_fw_cfg_job(struct strings *argv, const char *path)
{
	if (!*path)
		return;
	strings_add(argv, "-fw_cfg");
	strings_addf(argv, "name=" JOB_FW_CFG_NAME ",file=%s", path);
}

/* locking=off: the file may be another guest's too, and nobody writes to it. */
void arch_block_job(struct strings *argv, const char *path)
{
	strings_add(argv, "-blockdev");
	if (*path)
		strings_addf(argv, "driver=file,node-name=job,read-only=on,locking=off,filename=%s", path);
	else
		strings_add(argv, "driver=null-co,node-name=job,read-only=on,size=0");
	strings_add(argv, "-device");
	strings_add(argv, "virtio-blk-device,drive=job");
}

int arch_odd_status(int code)
{
	return code << 1 | 1;
}
