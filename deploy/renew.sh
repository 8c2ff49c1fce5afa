#!/bin/sh
# Renews the broker's revocation list, which nobody gets past once it ran out (after seven days), and
# has the broker read it. Run by docker-compose.yml beside the broker, in its process namespace.
set -eu
every=${RENEW_EVERY:-43200} # seconds
broker=${BROKER_PROCESS:-1} # of the broker; 1 is the first of its container
trap 'exit 0' TERM INT

while :; do
    hallpass-provision ca crl --ca /keys/ca/issuing --out /keys/broker/crl.pem \
        --passphrase-file /keys/ca/passphrase
    kill -HUP "$broker"
    sleep "$every" &
    wait $!
done
