# Three stages: TypeScript becomes JavaScript; packages are fetched for the machine that the image is for; the last one
# holds only what runs. `docker buildx build --platform linux/amd64,linux/arm64 .` makes both without emulation: what is
# run while building runs on the building machine.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /parley
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS packages
ARG TARGETARCH=amd64
WORKDIR /parley
COPY package.json package-lock.json .npmrc ./
# The packages that carry a Node for older machines are of no use here. --omit=optional would drop them too, but the
# native part of @node-rs/argon2 with them.
RUN npm ci --omit=dev --os=linux --libc=glibc --cpu=$([ "$TARGETARCH" = amd64 ] && echo x64 || echo "$TARGETARCH") \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /parley
RUN mkdir -p keys data && chown node:node keys data \
  && printf '#!/bin/sh\nexec node --disable-warning=ExperimentalWarning /parley/dist/cli/main.js "$@"\n' > /usr/local/bin/parley \
  && chmod +x /usr/local/bin/parley
COPY --from=packages /parley/node_modules ./node_modules
COPY --from=build /parley/dist ./dist
COPY package.json ./
COPY browser ./browser
COPY config ./config
USER node
# All that it writes: with these two mounted, the rest may be read-only.
VOLUME ["/parley/keys", "/parley/data"]
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "dist/main.js"]
