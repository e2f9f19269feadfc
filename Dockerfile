# Untested: where this is built no Docker runs.
# Two stages: the image has no compiler, no sources and no package manager's cache.
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/mock && /opt/mock/bin/pip install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home mock && install --directory --owner=mock /data
COPY --from=build /opt/mock /opt/mock
ENV PATH="/opt/mock/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
USER mock
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_mock/health', timeout=2)"]
ENTRYPOINT ["azure-openai-mock"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080", "--store", "sqlite:////data/store.sqlite3"]
