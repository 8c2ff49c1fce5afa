#!/bin/sh
# Makes everything secret and signed that the other containers need, once; run by docker-compose.yml.
# Each step is left out when its result is there, so that a start that was cut off goes on.
#
# /keys/offline and the passphrases beside it are what a real city keeps in safes, on other computers
# (docs/operations/ceremony.md). They are here so that one command starts everything.
set -eu
umask 077
cd /keys

say() { printf 'provisioning: %s\n' "$*"; }

# secret FILE: a random one, whole or not at all.
secret() {
    [ -s "$1" ] && return 0
    python -c 'import secrets; print(secrets.token_urlsafe(32))' >"$1.new"
    mv "$1.new" "$1"
}

secret offline/passphrase
secret ca/passphrase
secret central/keys-passphrase
secret central/secret
secret database/owner
secret database/password
[ -s central/database-url ] || {
    printf 'postgresql+psycopg://hallpass:%s@database:5432/hallpass\n' "$(cat database/password)" \
        >central/database-url.new
    mv central/database-url.new central/database-url
}

[ -s offline/root.json ] || hallpass-provision root create --out offline \
    --passphrase-file offline/passphrase
[ -s central/root.json ] || cp offline/root.json central/root.json
[ -d central/signing ] || hallpass-provision keys create --out central/signing \
    --passphrase-file central/keys-passphrase
[ -s central/keyset.json ] || hallpass-provision keyset sign --yes --root offline/root.json \
    --root-key offline/root-1.pem --root-key offline/root-2.pem \
    --keys central/signing/key-requests-1.json --passphrase-file offline/passphrase \
    --out central/keyset.json

[ -s ca/issuing/intermediate.key ] || hallpass-provision ca create --out ca/issuing --city Hallpass \
    --root-key-to offline --root-passphrase-file offline/passphrase --passphrase-file ca/passphrase
[ -s broker/server.crt ] || hallpass-provision ca broker --ca ca/issuing --host broker --out broker \
    --passphrase-file ca/passphrase
[ -s central/broker-identity/central.crt ] || hallpass-provision ca central --ca ca/issuing \
    --out central/broker-identity --passphrase-file ca/passphrase
hallpass-provision broker config --out broker --user hallpass
hallpass-provision ca crl --ca ca/issuing --out broker/crl.pem --passphrase-file ca/passphrase

# The simulated door unit. A real one gets its folder the same way, on its card.
[ -d door-unit/door-1 ] || hallpass-provision units create --door 1 --commissioned \
    --ca ca/issuing --root offline/root.json --broker-host broker --out door-unit/door-1 \
    --passphrase-file ca/passphrase --set hardware.pins=mock --set hardware.announcer=simulator \
    --set hardware.rtc=system --set data=data --set simulator.wire=/wire/wire.sock \
    --set reader.source=push:/wire/camera.sock
[ -s door-registration/registration.json ] ||
    cp door-unit/door-1/registration.json door-registration/registration.json
say "everything is there"
