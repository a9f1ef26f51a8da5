FROM node:24-bookworm-slim AS build
# For better-sqlite3, where its prebuilt binary cannot be fetched.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN npm ci --no-audit --no-fund \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# The port is for the health check below; nobody outside the container reaches it unless stance.yml says web.host.
ENV NODE_ENV=production \
    STANCE_WEB_PORT=9464
COPY --from=build /app/package.json /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
RUN ln -s /app/dist/src/cli.js /usr/local/bin/stance \
 && install -d -o 65532 -g 65532 -m 0700 /data
# stance.yml and the database are looked for here, and nothing is written anywhere else: the root file system may be read only.
WORKDIR /data
VOLUME /data
USER 65532:65532
# 3000: Slack's requests, in HTTP mode only. 9464: health and metrics.
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.STANCE_WEB_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Stance is process 1: it listens to the signals itself and starts no other process, so it needs no init.
ENTRYPOINT ["stance"]
CMD ["--help"]
