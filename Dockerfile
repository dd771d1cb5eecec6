# syntax=docker/dockerfile:1
# Heed's image: every process from one, chosen by its command. Settings come from the environment; none is built in.

FROM python:3.11-slim-bookworm AS build
WORKDIR /heed
RUN python -m venv /opt/venv
COPY requirements.lock .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /heed --shell /usr/sbin/nologin heed
WORKDIR /heed
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    HEED_HOST=0.0.0.0 PORT=3000 MPLCONFIGDIR=/tmp
COPY --from=build /opt/venv /opt/venv
COPY app.py ./
COPY bot bot
COPY jobs jobs
COPY models models
COPY simulator simulator
COPY docs/openapi.yml docs/heed.example.yml docs/
USER heed
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["python", "app.py"]
CMD ["web"]
