#!/bin/sh
# Settles one bill with curl: client.sh PORT TOKEN BILL.json
set -eu
base="http://127.0.0.1:$1"
bill=$(sed -n 's/.*"bill": *"\([^"]*\)".*/\1/p' "$3" | head -n 1)
call() { curl --silent --show-error --header "Authorization: Bearer $token" "$@"; }
token=$2
call --header "Idempotency-Key: $bill" --header 'Content-Type: application/json' --data @"$3" "$base/settle" > /dev/null
while answer=$(call "$base/bills/$bill"); do
    case $answer in *'"state":"settling"'*) sleep 0.2 ;; *) break ;; esac
done
printf '%s\n' "$answer"
