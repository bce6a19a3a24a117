#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs once inside the image while it is built (image.py).
set -eu
lib=/usr/lib/xen-vgpu-test

# bochs comes first: the emulated boot VGA then is always fb0, the console
printf '%s\n' virtio_pci virtio_blk virtio_console ext4 bochs >/etc/initramfs-tools/modules
kernel=$(ls /lib/modules)
update-initramfs -u -k "$kernel"

echo xenhost >/etc/hostname
passwd -d root
install -m 644 $lib/agent.service /etc/systemd/system/xen-vgpu-test-agent.service
systemctl enable xen-vgpu-test-agent.service
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
	e2scrub_all.timer e2scrub_reap.service systemd-timesyncd.service xendomains.service \
	getty@tty1.service systemd-update-utmp.service systemd-pstore.service \
	systemd-logind.service systemd-binfmt.service systemd-journal-flush.service \
	modprobe@.service kmod-static-nodes.service systemd-user-sessions.service; do
	systemctl mask "$unit"
done
sh $lib/mkguest.sh "$kernel" $lib/guest-init /boot/guest.cpio
sh $lib/mkroot.sh "$kernel" $lib/root-init /boot/root.cpio
addgroup --system vgpu
useradd --create-home --shell /bin/sh --groups vgpu user
useradd --create-home --shell /bin/sh stranger # not in the group
mkdir -p /mnt/test /mnt/lower
apt-get clean
rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale
