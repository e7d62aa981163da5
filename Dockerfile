# One image, three commands (and migrate): what runs is chosen by the command, configured by the environment.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY bench bench
RUN npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded Postgres is an optional dependency: containers have a database of their own.
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
# The image's own user, by number: Kubernetes can only check a number to be no root.
USER 1000:1000
EXPOSE 3000 3001 3002
CMD ["node", "--enable-source-maps", "dist/apps/gateway/src/main.js"]
