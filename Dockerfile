# syntax=docker/dockerfile:1.7
# Targets: `runtime` (default; train on a GPU or without one) and `test` (all checks).
# libtorch is the CUDA 12.8 build: it runs from NVIDIA driver 525 on, which covers T4 and L4 hosts.
# Weight: about 6 GB, nearly all of it libtorch and the CUDA libraries that it loads (3.6 GB with LIBTORCH_VARIANT=cu130,
# which needs driver 580); the base adds 0.25 GB, Bun 0.1, we and our packages 0.2.
# The wheels bring cuDNN, cuBLAS and the CUDA runtime, so the base is the plain `base` image, not `cudnn-runtime`.

ARG CUDA_IMAGE=nvidia/cuda:12.8.1-base-ubuntu24.04@sha256:133c78a0575303be34164d0b90137a042172bdf60696af01a3c424ab402d86e2
ARG RUST_IMAGE=rust:1.95.0-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1
ARG NODE_IMAGE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

# Bun as one checked file, from the package that carries it.
FROM ${NODE_IMAGE} AS bun
WORKDIR /bun
RUN npm pack --silent @oven/bun-linux-x64@1.4.5 \
  && echo "0c72edca57b0cbf0a07a242daf0ea8ea96711827f042b80a1c383ce1cc51c771  oven-bun-linux-x64-1.4.5.tgz" | sha256sum --check \
  && tar --extract --gzip --file oven-bun-linux-x64-1.4.5.tgz --strip-components=2 package/bin/bun \
  && chmod 0755 bun

# What compiles: on Debian 12, whose glibc 2.36 is older than that of every image we run on.
FROM ${RUST_IMAGE} AS tools
RUN apt-get update \
  && apt-get install --yes --no-install-recommends cmake nasm python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
COPY --from=bun /bun/bun /usr/local/bin/bun
ENV XDG_CACHE_HOME=/cache
WORKDIR /app

# libtorch, every file verified by SHA-256; a layer of its own, since it changes once a year.
FROM tools AS libtorch
ARG LIBTORCH_VARIANT=cu128
COPY scripts/fetch-libtorch.ts scripts/
COPY ts/errors ts/errors
COPY ts/native ts/native
COPY ts/setup ts/setup
RUN bun scripts/fetch-libtorch.ts "${LIBTORCH_VARIANT}"

FROM libtorch AS build
COPY package.json bun.lock bunfig.toml ./
RUN bun install --frozen-lockfile --ignore-scripts
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
  --mount=type=cache,target=/target \
  CARGO_TARGET_DIR=/target bun ts/cli/main.ts setup

FROM build AS test
CMD ["bun", "ts/cli/main.ts", "ready"]

# What is shipped of the build: no headers, no tools, and packages without the development ones.
FROM build AS shipped
RUN rm -rf node_modules \
  && bun install --frozen-lockfile --ignore-scripts --production \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32 \
    node_modules/onnxruntime-node/bin/napi-v*/linux/arm64 \
  && rm -rf /cache/classifier-training/libtorch/*/torch/include /cache/classifier-training/link /cache/classifier-training/setup.lock \
  && mkdir /shipped \
  && cp -a package.json ts configs crates Cargo.toml Cargo.lock rust-toolchain.toml node_modules /shipped/

FROM ${CUDA_IMAGE} AS runtime
ARG VERSION=0.0.0-development
ARG REVISION=unknown
LABEL org.opencontainers.image.title="classifier-training" \
  org.opencontainers.image.description="Trains image classifiers on Bun with a Rust core on libtorch" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.source="https://github.com/ortizeg/classifier-training" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --user-group --create-home trainer \
  && install --directory --owner=10001 --group=10001 /cache /work
ENV XDG_CACHE_HOME=/cache \
  NVIDIA_VISIBLE_DEVICES=all \
  NVIDIA_DRIVER_CAPABILITIES=compute,utility
COPY --from=bun /bun/bun /usr/local/bin/bun
COPY --from=shipped --chown=10001:10001 /cache/classifier-training /cache/classifier-training
COPY --from=shipped /shipped /app
# Some mounts (a bucket on Vertex AI) show every file as root's: build with --build-arg RUN_AS=0 for those.
ARG RUN_AS=10001
USER ${RUN_AS}
WORKDIR /work
# SIGTERM makes a run save, print how to go on, and end with 75.
STOPSIGNAL SIGTERM
ENTRYPOINT ["bun", "/app/ts/cli/main.ts"]
CMD ["train"]
