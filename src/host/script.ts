/**
 * Reads everything in one go, for each round trip to a far node counts. Plain POSIX for the shells of all images (busybox, dash,
 * bash), and short: it travels in a URL. It changes nothing; iptables-legacy-save is asked only where its table is there already,
 * for asking makes it.
 * Output: for each part a line `@@NAME`, what the part printed, `@@=CODE WHY`. Files of the host are read where they are mounted,
 * below /host (helper pods, and several CNIs' own) or at their own place; a part that finds none mounted ends with code 9.
 */
export const FACTS_SCRIPT: string = `exec 3>&1
part() { echo "@@$1"; e=$("$@" 2>&1 >&3); printf '\\n@@=%s %s\\n' $? "$(printf %s "$e" | head -n 1)"; }
place() { for p in "/host$1" "$1"; do while read -r a b c d m z; do [ "$m" = / ] || case "$p/" in "$m"/*) return 0;; esac; done </proc/self/mountinfo; done; return 9; }
subnet() { place /run/flannel || return; [ ! -e "$p/subnet.env" ] || cat "$p/subnet.env"; }
links() { ip -j -d addr show 2>/dev/null || ip -d addr show 2>/dev/null || ip addr show; }
route4() { ip -j -4 route show 2>/dev/null || ip -4 route show; }
route6() { [ -e /proc/sys/net/ipv6 ] || return 0; ip -j -6 route show 2>/dev/null || ip -6 route show; }
fdb() { for d in $(ip -o link | sed -n 's/^[0-9]*: \\(flannel[^:@]*\\).*/\\1/p'); do echo "@@dev $d"; bridge -j fdb show dev $d 2>/dev/null || bridge fdb show dev $d || return; done; }
neigh() { ip -j neigh show nud permanent 2>/dev/null || ip neigh show nud permanent; }
ip4() { cat /proc/sys/net/ipv4/ip_forward; }
ip6() { cat /proc/sys/net/ipv6/conf/all/forwarding; }
nf() { n=/proc/sys/net/bridge/bridge-nf-call-iptables; if [ -e $n ]; then cat $n; else echo 0; fi; }
table() { o=$($1-save -t filter) || return; echo "@@table $1"; printf '%s\\n' "$o" | grep -E '^(:FORWARD |# Table|-A [A-Za-z0-9_-]*(FORWARD|FWD|USER)[A-Za-z0-9_-]* )'; return 0; }
rules() { t=$1tables; command -v $t-nft-save >/dev/null && t=$t-nft; l=$1tables-legacy
case "$($t -V)" in *nf_tables*) table $t || return;; *tables*) l=$t;; *) return 1;; esac
if command -v $l-save >/dev/null && grep -qx filter /proc/net/$1_tables_names 2>/dev/null; then table $l; fi; }
rules4() { rules ip; }
rules6() { rules ip6; }
cni() { for f in /var/lib/rancher/k3s/agent/etc/cni/net.d /etc/cni/net.d; do place $f || continue; [ -d "$p" ] || continue; for c in "$p"/*; do case $c in *.conf|*.conflist|*.json) echo "@@file $f/\${c##*/}"; cat "$c"; echo;; esac; done; return 0; done; place /etc/cni/net.d; }
held() { place /var/lib/cni/networks || return; [ -d "$p" ] || return 0; date +%s; cd "$p" && find . -type f -exec stat -c '%Y %n' {} +; }
for n in subnet links route4 route6 fdb neigh ip4 ip6 nf rules4 rules6 cni held; do part $n; done
`;
