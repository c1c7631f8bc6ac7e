# One image for every process; which one it is, the command says: `poort gateway`, `poort worker`, ...
# The base image is named without a registry, so that a mirror of your own can serve it.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
WORKDIR /opt/sonarpoort
RUN python -m venv .venv
COPY requirements/runtime.txt requirements/
RUN .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements/runtime.txt

FROM python:${PYTHON}-slim
# No shell account and no rights: the processes need their port, their data directory and the database.
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/sonarpoort --create-home poort
WORKDIR /opt/sonarpoort
COPY --from=build /opt/sonarpoort/.venv .venv
COPY . .
ENV PATH=/opt/sonarpoort/.venv/bin:$PATH \
    PYTHONPATH=/opt/sonarpoort \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    POORT_DATA_DIR=/var/lib/sonarpoort
USER poort
VOLUME /var/lib/sonarpoort
ENTRYPOINT ["python", "-m", "cli"]
CMD ["--help"]
