# One image, one command per process (see docker-compose.yaml). CI has no container engine: it runs the same build and
# start commands in a clean folder instead (.ci/run, "the image's commands").
FROM debian:12-slim AS node
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm ca-certificates && rm -rf /var/lib/apt/lists/*

FROM node AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# No npm, no compiler, no sources: the Node 26 of the lock file, the packages, and what was built.
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && for user in control:10001 bridge:10002 vault:10003 card:10004 sandbox:10005 simulator:10006; do \
      useradd --no-create-home --shell /usr/sbin/nologin --uid "${user#*:}" "tonewall-${user%%:*}"; \
    done \
 && groupadd --gid 10000 tonewall \
 && install -d -g tonewall -m 2770 /run/tonewall /run/tonewall/digits \
 && install -d -o tonewall-control -g tonewall -m 0700 /data
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY media ./media
COPY config ./config
COPY package.json LICENSE ./
ENV PATH=/app/node_modules/.bin:/usr/bin:/bin
USER 10001
ENTRYPOINT ["node", "bin/tonewall.mjs"]
CMD ["start"]
