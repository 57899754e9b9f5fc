# One image for web, worker, beat and the migrations.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    VAR_DIR=/srv/var HOST=0.0.0.0 PORT=8000

RUN useradd --system --uid 10001 --home-dir /srv --shell /usr/sbin/nologin portal \
    && mkdir -p /srv/portal /srv/var && chown portal /srv/var
WORKDIR /srv/portal

COPY requirements.lock .
RUN pip install --require-hashes --requirement requirements.lock

COPY . .
# The secrets of this step are thrown away with its folder; static files and bytecode stay in the image: nobody may write
# there later, and every process would compile the portal anew.
RUN VAR_DIR=/tmp/build STATIC_ROOT=/srv/static python manage.py compile_catalogues \
    && VAR_DIR=/tmp/build STATIC_ROOT=/srv/static python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build \
    && python -m compileall -q portal residents deployments checkpoints
ENV STATIC_ROOT=/srv/static

USER portal
VOLUME /srv/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s \
    CMD ["python", "-m", "portal.lib.alive", "web"]
CMD ["gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi"]
