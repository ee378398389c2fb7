# Guidang for production: database and search are services of their own (deploy/compose.yaml), so nothing GPL is in the image.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md ./
COPY deploy/without-embedded.py deploy/without-embedded.py
RUN python deploy/without-embedded.py requirements.lock > /tmp/image.lock \
 && python -m venv /opt/guidang \
 && /opt/guidang/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/image.lock
COPY archive archive
COPY bot bot
COPY config config
COPY handlers handlers
COPY intake intake
COPY reports reports
COPY storage storage
RUN /opt/guidang/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /opt/guidang/bin/python -m config.ocr_models --to /opt/guidang/models

FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends fonts-wqy-microhei && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 guidang && mkdir /data /keys && chown guidang /data /keys
COPY --from=build /opt/guidang /opt/guidang
ENV PATH=/opt/guidang/bin:$PATH GUIDANG_MODELS=/opt/guidang/models GUIDANG_DATA=/data GUIDANG_HOST=0.0.0.0 \
    GUIDANG_MASTER_KEY_FILE=/keys/master.key PYTHONUNBUFFERED=1
USER guidang
VOLUME ["/data", "/keys"]
EXPOSE 8460
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8460/health', timeout=4)"]
CMD ["guidang", "serve"]
