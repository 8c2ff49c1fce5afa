# Images of the programs: docker build --target central | door-unit | virtual-door | provisioning | broker
# Small (only what the program needs), without compilers, as an unprivileged user.
# docker-compose.yml says which volumes they need; nothing else in them is written.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_REQUIRE_VIRTUALENV=1
WORKDIR /build
COPY requirements/ requirements/
RUN python -m venv /tools && /tools/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY contracts/ contracts/
COPY edge/ edge/
COPY central/ central/
COPY provisioning/ provisioning/
COPY demo/ demo/
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir wheel .

FROM build AS central-packages
RUN python -m venv /program \
    && /program/bin/pip install --require-hashes -r requirements/central.txt \
    && /program/bin/pip install --no-deps wheel/*.whl

FROM build AS door-unit-packages
RUN python -m venv /program \
    && /program/bin/pip install --require-hashes -r requirements/edge.txt \
    && /program/bin/pip install --no-deps wheel/*.whl

FROM build AS virtual-door-packages
RUN python -m venv /program \
    && /program/bin/pip install --require-hashes -r requirements/all.txt \
    && /program/bin/pip install --no-deps wheel/*.whl

FROM build AS provisioning-packages
RUN python -m venv /program \
    && /program/bin/pip install --require-hashes -r requirements/provisioning.txt \
    && /program/bin/pip install --no-deps wheel/*.whl

FROM python:3.11-slim-bookworm AS runtime
# One number in all images, so that programs that share a volume can read each other's files.
RUN groupadd --gid 10001 hallpass \
    && useradd --uid 10001 --gid hallpass --no-create-home --shell /usr/sbin/nologin hallpass \
    # A new volume takes over the owner of the folder that it covers.
    && install -d -o hallpass -g hallpass -m 0700 /data /keys /keys/offline /keys/ca /keys/broker \
        /keys/central /keys/database /keys/door-unit /keys/door-registration /wire
ENV PATH=/program/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /data

FROM runtime AS provisioning
COPY --from=provisioning-packages /program /program
USER 10001
ENTRYPOINT ["hallpass-provision"]
CMD ["--help"]

FROM runtime AS central
# What WeasyPrint draws text with. The version is the distribution's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpangoft2-1.0-0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
COPY --from=central-packages /program /program
USER 10001
EXPOSE 8000
ENTRYPOINT ["hallpass-central"]
CMD ["--help"]

FROM runtime AS door-unit
# pyzbar looks for this library when it is imported. The version is the distribution's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libzbar0 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=door-unit-packages /program /program
USER 10001
EXPOSE 8080
ENTRYPOINT ["hallpass-door"]
CMD ["--help"]

FROM runtime AS virtual-door
COPY --from=virtual-door-packages /program /program
USER 10001
EXPOSE 8080
ENTRYPOINT ["python", "-m", "edge.simulator"]
CMD ["--help"]

# Debian's Mosquitto: the one that our configuration is tested with, with Debian's security updates.
FROM debian:bookworm-slim AS broker
# The version is the distribution's.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends mosquitto \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 hallpass \
    && useradd --uid 10001 --gid hallpass --no-create-home --shell /usr/sbin/nologin hallpass \
    && install -d -o hallpass -g hallpass -m 0700 /keys /keys/broker
USER 10001
EXPOSE 8883
CMD ["mosquitto", "-c", "/keys/broker/mosquitto.conf"]
