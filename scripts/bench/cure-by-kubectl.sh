#!/bin/sh
# What an operator types today to cure nodes that share a subnet: kubectl and the usual tools, one node after another.
#
#   cure-by-kubectl.sh FOLDER
#
# FOLDER takes the backups. After each node it waits for the next life sign of its kubelet, at most a minute; the lines tell how
# long that took.
# It is the least that keeps what a CSI driver and flannel need: of all that a Node may own only the CSINode is looked at,
# nothing is tried beforehand, nothing is locked, and whoever writes in between loses.
set -eu
folder=$1
backend=flannel.alpha.coreos.com/backend-data

subnets() {
  kubectl get nodes --sort-by=.metadata.creationTimestamp --no-headers \
    -o custom-columns=NAME:.metadata.name,CIDR:.spec.podCIDR
}

renewal() {
  kubectl get lease -n kube-node-lease "$1" --ignore-not-found -o jsonpath='{.spec.renewTime}'
}

# Of the nodes that share a subnet the oldest keeps it.
subnets | awk '$2 in holder { print $1, $2, holder[$2]; next } { holder[$2] = $1 }' >"$folder/twins"

while read -r node old survivor; do
  subnets >"$folder/subnets"
  new=$(awk '
    { used[$2] = 1 }
    END {
      for (b = 255; b >= 240; b--) for (c = 255; c >= 0; c--) {
        subnet = "10." b "." c ".0/24"
        if (!(subnet in used)) { print subnet; exit }
      }
    }' "$folder/subnets")

  kubectl get node "$node" -o yaml >"$folder/$node.backup.yaml"
  sed -e '/^  uid: /d' -e '/^  resourceVersion: /d' -e '/^  creationTimestamp: /d' -e "s|$old|$new|" \
    "$folder/$node.backup.yaml" >"$folder/$node.yaml"

  kubectl patch csinode "$node" --type=json -p '[{"op":"remove","path":"/metadata/ownerReferences"}]' >"$folder/said"
  kubectl delete node "$node" --wait >"$folder/said"
  uid=$(kubectl create -f "$folder/$node.yaml" -o jsonpath='{.metadata.uid}')
  owner="{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"$node\",\"uid\":\"$uid\"}"
  kubectl patch csinode "$node" --type=merge -p "{\"metadata\":{\"ownerReferences\":[$owner]}}" >"$folder/said"

  # flannel's peers learn the survivor's route again when its annotation changes.
  data=$(kubectl get node "$survivor" -o jsonpath='{.metadata.annotations.flannel\.alpha\.coreos\.com/backend-data}')
  kubectl annotate node "$survivor" --overwrite "$backend= $data" >"$folder/said"
  kubectl annotate node "$survivor" --overwrite "$backend=$data" >"$folder/said"

  kubectl wait --for=condition=Ready "node/$node" --timeout=60s >"$folder/said"
  echo "node/$node reassigned ($old → $new)"
  # The garbage collector may have taken the Lease away; its kubelet makes it again.
  before=$(renewal "$node")
  end=$(($(date +%s) + 60))
  while [ "$(renewal "$node")" = "$before" ] && [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
  echo "node/$node lives"
done <"$folder/twins"

twice=$(subnets | awk '{ print $2 }' | sort | uniq -d)
if [ -n "$twice" ]; then
  echo "still shared: $twice" >&2
  exit 1
fi
