# One image for web, worker, master node, migrations and virtual cyclers. docs/operations.md says
# how it is used; docker-compose.yml does it.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

# Installs what is pinned, and our package, into /opt/bem. Compilers, pip and what
# requirements/image.sh takes out stay behind.
FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/bem
RUN apt-get update -qq && apt-get install -qq --no-install-recommends binutils
COPY requirements/lock.txt requirements/build.txt requirements/run.txt requirements/image.sh requirements/
RUN /opt/build/bin/pip install --no-cache-dir --disable-pip-version-check \
      --require-hashes -r requirements/lock.txt -r requirements/build.txt
RUN /opt/build/bin/uv pip install --no-cache --compile-bytecode --python /opt/bem/bin/python \
      --require-hashes -r requirements/run.txt \
    && sh requirements/image.sh /opt/bem/lib/python3.11/site-packages
COPY . .
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /wheels \
    && /opt/build/bin/uv pip install --no-cache --compile-bytecode --no-deps --offline \
      --python /opt/bem/bin/python /wheels/*.whl

FROM ${PYTHON_IMAGE}
# A number that no account of the machine has; volumes that are new get the owner of /data.
RUN mkdir /data && chown 10001:10001 /data
COPY --from=build /opt/bem /opt/bem
ENV PATH=/opt/bem/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    BEM_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
ENTRYPOINT ["bem"]
CMD ["--help"]
