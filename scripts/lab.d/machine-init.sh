# Runs as process 1 of a machine, in mount, UTS, IPC and PID namespaces of its own: bash machine-init.sh NAME FOLDER
# Everything that the machine keeps is in FOLDER; the host's own files stay as they are.
set -e
name=$1 folder=$2
hostname "$name"
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
# A kubelet sets these for the whole host and fails when it cannot: files with the wanted values lie over them.
mkdir /run/sysctl
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=/run/sysctl/${setting//\//_}
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done
for part in etc var opt; do
  mkdir -p "$folder/$part" "$folder/$part.work"
  mount -t overlay overlay -o "lowerdir=/$part,upperdir=$folder/$part,workdir=$folder/$part.work" "/$part"
done
# An overlay cannot lie on an overlay, and containerd's snapshots are overlays.
for part in kubelet containerd; do
  mkdir -p "$folder/$part" "/var/lib/$part"
  mount --bind "$folder/$part" "/var/lib/$part"
done
rm -rf /etc/cni/net.d /var/lib/cni /opt/cni /var/log/pods /var/log/containers /etc/kubernetes
mkdir -p /etc/cni/net.d /opt/cni/bin /etc/kubernetes/manifests /etc/containerd /run/flannel /var/log/pods
cp /usr/lib/cni/bridge /usr/lib/cni/host-local /usr/lib/cni/loopback /usr/lib/cni/portmap /opt/cni/bin/
cp "$folder/config.toml" /etc/containerd/config.toml
echo "$name" >/etc/hostname
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
# No name server: an image that is not here is not found at once.
rm -f /etc/resolv.conf
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
mount --make-rshared /
touch /run/machine-ready
# Reaps the orphans, as an init does.
trap : CHLD
while :; do
  sleep 1000 &
  wait $! || true
done
