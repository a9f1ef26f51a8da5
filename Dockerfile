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
ENV NODE_ENV=production
COPY --from=build /app/package.json /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
RUN ln -s /app/dist/src/cli.js /usr/local/bin/stance \
 && install -d -o 65532 -g 65532 -m 0700 /data
# stance.yml and the database are looked for here, and nothing is written anywhere else.
WORKDIR /data
VOLUME /data
USER 65532:65532
# HTTP mode only.
EXPOSE 3000
ENTRYPOINT ["stance"]
CMD ["--help"]
